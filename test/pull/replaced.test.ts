import t from 'tap'
import { dispatcherOf } from '../../src/pull/download.ts'
import type { Order } from '../../src/pull/order.ts'
import { isReplaced } from '../../src/pull/replaced.ts'
import { sha256, startPublisher } from './publisher.ts'

t.test('without a list of checksums the tag of the server tells', async t => {
  const publisher = await startPublisher(t)
  const url = `${publisher.url}/current/linux`
  const order = { files: { linux: { url, signature: `${url}.sig` } } } as unknown as Order
  const source = { dispatcher: dispatcherOf(undefined), progress: () => {} }
  const tagOf = (text: string) => `"${sha256(text).slice(0, 16)}"`
  const ask = (tags: Record<string, string>) =>
    isReplaced(order, { sums: new Map(), tags }, source, t.testdirName)
  publisher.files.set('/current/linux', Buffer.from('one'))
  t.equal(await ask({ [url]: tagOf('one') }), false)
  publisher.files.set('/current/linux', Buffer.from('two'))
  t.equal(await ask({ [url]: tagOf('one') }), true)
  t.equal(await ask({}), undefined, 'pulled before tags were kept')
  publisher.faults.set('/current/linux', (_, response) => response.end())
  t.equal(await ask({ [url]: tagOf('one') }), undefined, 'a server that says nothing')
  publisher.faults.set('/current/linux', (_, response) => response.writeHead(404).end())
  t.equal(await ask({ [url]: tagOf('one') }), undefined)
})
