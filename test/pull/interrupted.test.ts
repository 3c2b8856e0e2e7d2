import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { until } from '../daemon/daemon.ts'
import { fileTimeout } from '../patience.ts'
import { debian, initrd, initrdPath } from './debian.ts'
import { sha256 } from './publisher.ts'

t.setTimeout(fileTimeout(2))

t.test('Ctrl-C keeps what was fetched, and the next run goes on with it', async t => {
  const { server, dir, image, words, pull, config, err } = await debian(t)
  const before = config()
  const half = 1_000_000
  server.faults.set(initrdPath, (_, response, bytes) => {
    const etag = `"${sha256(bytes).slice(0, 16)}"`
    response.writeHead(200, { 'Content-Length': bytes.length, ETag: etag })
    response.write(bytes.subarray(0, half))
  })
  const main = new URL('../../src/main.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [main, 'pull', ...words, '--add'], { cwd: dir })
  let said = ''
  child.stderr.on('data', bytes => {
    said += bytes
  })
  const pulled = join(dir, 'assets/images/.pulled')
  await until('half of the initrd', () => sizesIn(pulled).includes(half))
  child.kill('SIGINT')
  const [code, signal] = await once(child, 'close')
  t.strictSame({ code, signal }, { code: 1, signal: null })
  t.match(said, 'interrupted; no image was changed; what was fetched is kept')
  t.equal(config(), before)

  server.faults.delete(initrdPath)
  t.equal(await pull('--add'), 0, err())
  t.same(readFileSync(join(image, 'initrd.gz')), initrd)
  t.equal(server.asked.at(-1), `GET ${initrdPath} bytes=${half}-`)
})

/** Of all files in a folder, which may be yet to come. */
function sizesIn(folder: string): number[] {
  try {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    return files
      .filter(entry => entry.isFile())
      .map(({ parentPath, name }) => readFileSync(join(parentPath, name)).length)
  } catch {
    return []
  }
}
