import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openTftp } from '../../src/tftp/server.ts'
import { type Ipv4, parseIpv4 } from '../../src/wire/address.ts'
import { makeFolder } from '../folder.ts'
import { createPatience } from '../patience.ts'
import { engine } from './engine.ts'
import { lossyRelay } from './lossy-relay.ts'
import { programs, whyNot } from './programs.ts'

const root = makeFolder(t)
const loader = randomBytes(60_000)
writeFileSync(join(root, 'loader'), loader)
const complain = (fields: object, text: string) => void t.fail(text, fields)
const server = await openTftp({
  ...engine,
  addresses: [parseIpv4('127.0.0.1') as Ipv4],
  port: 0,
  roots: [root],
  limits: { timeoutMs: 100 },
  log: { debug: () => {}, info: () => {}, warn: complain, error: complain },
  seen: () => {},
})
t.teardown(() => server.close())
const port = server.bound()[0]?.port ?? 0

/** Blocks of 8 bytes would take minutes. npm's client makes another file of packets that come twice. */
const unfit = /^npm|blksize 8$/
/** They ask for a timeout of whole seconds, and each packet that is lost costs it. */
const patient = /^curl(?!, no options)|timeout/

const noError = () => undefined
const asError = (error: object) => `${error} ${JSON.stringify(error)}`

// They wait most of the time, so they do it together.
t.jobs = programs.length

for (const percent of [1, 5, 20]) {
  const able = programs.filter(
    ({ name }) => !unfit.test(name) && (percent === 1 || !patient.test(name)),
  )
  for (const [n, program] of able.entries()) {
    const name = `${program.name}, ${percent} % of the packets are lost`
    t.test(name, whyNot(program), async t => {
      const relay = await lossyRelay(port, percent, 100 * percent + n)
      t.teardown(() => relay.close())
      const into = join(mkdtempSync(join(root, 'got-')), 'loader')
      const isOver = createPatience(60)
      for (;;) {
        const error = await program.fetch(relay.port, 'loader', into).then(noError, asError)
        if (error === undefined) break
        // atftp gives up where an OACK comes twice, as it does when its ACK was lost or is late: on a slow day often.
        if (!error.includes('unexpected OACK') || isOver()) throw new Error(error)
      }
      t.ok(readFileSync(into).equals(loader))
      t.comment(`${relay.lost()} lost`)
    })
  }
}
