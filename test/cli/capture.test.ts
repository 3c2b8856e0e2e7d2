import t from 'tap'
import { run } from '../../src/cli/capture.ts'
import { fakeIo, type Route, startApi } from './fake.ts'

const answerOf =
  (isThere = false): Route =>
  ({ body }) => {
    const { hosts, dryRun, capture } = body as {
      hosts: string[]
      dryRun?: boolean
      capture: { overwrite?: boolean }
    }
    const refused = isThere && capture.overwrite !== true
    const why = refused ? { reason: 'there is one', code: 'image-exists' } : { reason: null }
    const answer = { ...why, ok: !refused, profile: 'capture', erases: false, wipes: null }
    return { results: hosts.map(host => ({ ...answer, host, install: dryRun ? null : 'id' })) }
  }

t.test('a disk is asked for, and nothing is erased', async t => {
  const api = await startApi(t, { 'POST /api/v1/installs': answerOf() })
  const { io, out, err } = fakeIo(t, api.url)
  t.equal(await run(['node1', 'golden', '--disk', '/dev/sdb', '--replace', '--no-power'], io), 0)
  const rest = { hosts: ['node1'], vars: { disk: '/dev/sdb' }, replace: true, power: false }
  t.strictSame(api.seen.at(-1)?.body, { ...rest, capture: { image: 'golden' } })
  t.match(err(), /node1 +capture +nothing: its disk becomes images\/golden\.raw\.zst/)
  t.match(out(), /node1: install id is asked for/)
})

t.test('an image that is there is replaced when somebody says so', async t => {
  for (const input of ['y\n', 'n\n', '']) {
    const api = await startApi(t, { 'POST /api/v1/installs': answerOf(true) })
    const { io, err } = fakeIo(t, api.url, { isTerminal: true, columns: 80, input })
    const isYes = input === 'y\n'
    t.equal(await run(['node1', 'golden'], io), isYes ? 0 : 1)
    t.match(err(), /There is an image golden already\. Replace it\? \[y\/N\]/)
    const asked = api.seen
      .map(({ body }) => body)
      .filter(body => !Object.hasOwn(body as object, 'dryRun'))
    const capture = { image: 'golden', overwrite: true }
    t.strictSame(asked, isYes ? [{ hosts: ['node1'], capture }] : [])
  }
})

t.test('without a terminal it needs --yes', async t => {
  const api = await startApi(t, { 'POST /api/v1/installs': answerOf(true) })
  const nobody = fakeIo(t, api.url)
  t.equal(await run(['node1', 'golden'], nobody.io), 1)
  t.match(nobody.err(), /there is an image golden already: take another name, or say --yes/)
  const { io } = fakeIo(t, api.url)
  t.equal(await run(['node1', 'golden', '--yes'], io), 0)
  t.match(api.seen.at(-1)?.body, { capture: { image: 'golden', overwrite: true } })
})

t.test('a name that is none is told before anything is asked', async t => {
  const api = await startApi(t, {})
  const { io, err } = fakeIo(t, api.url)
  t.equal(await run(['node1', '../golden'], io), 2)
  t.match(err(), /"\.\.\/golden" is no name for an image/)
  t.equal(await run(['node1'], fakeIo(t, api.url).io), 2)
  t.strictSame(api.seen, [])
})
