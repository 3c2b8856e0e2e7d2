import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { TftpEvent } from '../../src/tftp/event.ts'
import { openTftp } from '../../src/tftp/server.ts'
import { type Ipv4, parseIpv4 } from '../../src/wire/address.ts'
import { makeFolder } from '../folder.ts'
import { engine } from './engine.ts'
import { programs, whyNot } from './programs.ts'

const root = makeFolder(t)
const files = {
  megabyte: randomBytes(1_000_000),
  empty: Buffer.alloc(0),
  blocks: randomBytes(512 * 100),
}
for (const [name, bytes] of Object.entries(files)) writeFileSync(join(root, name), bytes)

const events: TftpEvent[] = []
const complain = (fields: object, text: string) => void t.fail(text, fields)
const log = { debug: () => {}, info: () => {}, warn: complain, error: complain }
const server = await openTftp({
  ...engine,
  addresses: [parseIpv4('127.0.0.1') as Ipv4],
  port: 0,
  roots: [root],
  log,
  seen: event => void events.push(event),
})
t.teardown(() => server.close())
const port = server.bound()[0]?.port ?? 0

for (const program of programs) {
  const { name, fetch } = program
  t.test(name, whyNot(program), async t => {
    const into = mkdtempSync(join(root, 'got-'))
    for (const [file, bytes] of Object.entries(files)) {
      await fetch(port, file, join(into, file))
      t.equal(sha256(read(join(into, file))), sha256(bytes), file)
    }
  })
}

t.test('every one of them ended in the normal way', async t => {
  const odd = events.filter(event => event.kind === 'failed' || event.reason !== undefined)
  t.strictSame(odd, [])
})

/** Some clients make no file when nothing comes. */
function read(path: string): Buffer {
  return existsSync(path) ? readFileSync(path) : Buffer.alloc(0)
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
