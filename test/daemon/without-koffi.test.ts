import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t from 'tap'
import { tftpGet } from './client.ts'
import { bare, makeDaemon } from './daemon.ts'
import type { LogLine } from './read-log.ts'

/** As where npm left an optional dependency out. */
const withoutKoffi = `
import { registerHooks } from 'node:module'
registerHooks({
  resolve(name, context, next) {
    if (name === 'koffi') throw new Error('koffi is missing')
    return next(name, context)
  },
})
`

t.test('TFTP goes by the sockets of Node where koffi is missing, and says so', async t => {
  const daemon = await makeDaemon(t)
  const hook = daemon.write('without-koffi.mjs', withoutKoffi)
  const serve = bare(['serve', '--config', join(daemon.folder, 'config.yaml')])
  const child = spawn('env', serve.toSpliced(1, 0, `NODE_OPTIONS=--import=${hook}`), {
    cwd: daemon.folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const told: LogLine[] = []
  for await (const line of createInterface(child.stdout)) {
    told.push(JSON.parse(line))
    if (told.at(-1)?.msg === 'ready') break
  }
  t.match(
    told.filter(({ msg }) => /sockets of Node/.test(msg ?? '')),
    [{ why: 'koffi is missing', msg: 'TFTP goes by the sockets of Node' }],
  )
  const file = daemon.write('assets/some.bin', Buffer.alloc(5000, 7))
  t.ok(readFileSync(file).equals(await tftpGet(daemon.ports.tftp, 'some.bin')))
})
