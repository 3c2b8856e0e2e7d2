import { spawn } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type KexecContent, renderKexec } from '../../src/boot/kexec-script.ts'
import { makeFolder } from '../folder.ts'
import { sha256 } from '../system/media-files.ts'

const served: Readonly<Record<string, string>> = {
  '/linux': 'the kernel',
  '/initrd0': 'five5',
  '/initrd1': 'second',
  '/kexec': '#!/bin/sh\necho "fetched kexec: $*" >> "$LOG"\n',
}

/** A server of those files, and a machine: a PATH with a kexec that notes what it is told. */
async function machine(t: Test, more: Partial<Extract<KexecContent, { kind: 'boot' }>> = {}) {
  const server = createServer(({ url = '' }, response) => {
    response.writeHead(url in served ? 200 : 404).end(served[url])
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const part = (name: string) => {
    const text = served[name] ?? ''
    return { url: `http://127.0.0.1:${port}${name}`, bytes: text.length, sha256: sha256(text) }
  }
  const folder = makeFolder(t, { bin: {}, tmp: {} })
  const program = (name: string, text: string) => {
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${text}\n`)
    chmodSync(join(folder, 'bin', name), 0o755)
  }
  program('id', 'echo 0')
  program('sync', ':')
  program(
    'kexec',
    `echo "kexec $*" >> "$LOG"
for word; do case "$word" in --initrd=*) cp "\${word#*=}" "$LOG.initrd" ;; esac; done`,
  )
  const content: KexecContent = {
    kind: 'boot',
    title: "node1's boot",
    kernel: part('/linux'),
    initrd: [part('/initrd0'), part('/initrd1')],
    cmdline: `quiet it's="a b" $HOME`,
    preview: false,
    ...more,
  }
  const log = join(folder, 'log')
  const run = (
    args: readonly string[] = [],
    shell = ['sh'],
    path = `${folder}/bin:/usr/bin:/bin`,
  ) =>
    new Promise<{ code: number | null; text: string }>(resolve => {
      const [program = 'sh', ...words] = [...shell, '-s', '--', ...args]
      const env = { PATH: path, LOG: log, TMPDIR: join(folder, 'tmp') }
      const child = spawn(program, words, { env, stdio: 'pipe' })
      let text = ''
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (part: string) => {
          text += part
        })
      child.on('close', code => resolve({ code, text }))
      child.stdin.end(renderKexec(content))
    })
  const noted = () => (existsSync(log) ? readFileSync(log, 'utf8') : '')
  return { run, noted, part, program, folder, log }
}

for (const shell of [['dash'], ['bash', '--posix'], ['busybox', 'sh']]) {
  t.test(`${shell[0]}: fetches, verifies, loads and runs`, async t => {
    const { run, noted, log, folder } = await machine(t)
    const { code, text } = await run([], shell)
    t.equal(code, 0, text)
    const [load = '', exec] = noted().split('\n')
    t.match(load, /^kexec --load --command-line=quiet it's="a b" \$HOME --initrd=\S+ \S+\/kernel$/)
    t.equal(exec, 'kexec --exec')
    t.equal(readFileSync(`${log}.initrd`, 'utf8'), 'five5\0\0\0second\0\0', 'each at 4 bytes')
    t.match(text, /bootwright: boots it now/)
    t.strictSame(readdirSync(join(folder, 'tmp')), [], 'nothing is left')
  })
}

t.test('with --dry-run it says all and does nothing', async t => {
  const { run, noted, folder } = await machine(t)
  const { code, text } = await run(['--dry-run'])
  t.equal(code, 0, text)
  t.match(text, `would fetch http://127.0.0.1:`)
  t.match(text, sha256('the kernel'))
  t.match(text, `would boot with: quiet it's="a b" $HOME`)
  t.equal(noted(), '')
  t.strictSame(readdirSync(join(folder, 'tmp')), [])
})

t.test('a preview cannot be run', async t => {
  const { run, noted } = await machine(t, { preview: true })
  const { code, text } = await run()
  t.equal(code, 0)
  t.match(text, 'would boot with')
  t.equal(noted(), '')
})

t.test('another sha256 than was sent: nothing is loaded', async t => {
  const { run, noted, part, folder } = await machine(t)
  const wrong = { ...part('/linux'), sha256: sha256('another') }
  const other = await machine(t, { kernel: wrong })
  const { code, text } = await other.run()
  t.equal(code, 1)
  t.match(text, /what came from http\S+ is not what was sent: its sha256 differs/)
  t.equal(other.noted() + noted(), '')
  t.strictSame(readdirSync(join(folder, 'tmp')), [])
  t.ok(run)
})

t.test('what is not there cannot be fetched', async t => {
  const { run, noted } = await machine(t, {
    kernel: { url: 'http://127.0.0.1:1/linux', bytes: 1 },
  })
  const { code, text } = await run([], ['sh'])
  t.equal(code, 1)
  t.match(text, /cannot fetch http:\/\/127\.0\.0\.1:1\/linux/)
  t.equal(noted(), '')
})

t.test('a kernel that takes files only is asked that way', async t => {
  const { run, noted, program } = await machine(t)
  program('kexec', 'echo "$1" >> "$LOG"; [ "$1" != --load ]')
  t.equal((await run()).code, 0)
  t.equal(noted(), '--load\n--kexec-file-syscall\n--exec\n')
})

t.test('who cannot is told why, before anything is fetched', async t => {
  const { run, noted, program } = await machine(t)
  program('id', 'echo 1000')
  t.match(await run(), { code: 1, text: /this needs root/ })
  t.match(await run(['--dry-run']), { code: 0, text: /but this needs root\n.*would fetch/s })
  t.match(await run(['--now']), { code: 1, text: /there is no option --now; there is --dry-run/ })
  const huge = await machine(t, { kernel: { url: 'x', bytes: 1e15 } })
  t.match(await huge.run(), {
    code: 1,
    text: /this needs \d+ MiB of free memory, and there are \d+/,
  })
  const ipxe = await machine(t, { cmdline: `ip=\${netX/ip}` })
  t.match(await ipxe.run(), { code: 1, text: /settings that only iPXE knows/ })
  t.equal(noted() + huge.noted() + ipxe.noted(), '')
})

t.test('a refusal in every shell', async t => {
  for (const shell of ['dash', 'bash', 'busybox']) {
    const words = shell === 'busybox' ? ['sh'] : []
    const child = spawn(shell, words, { stdio: 'pipe' })
    child.stdin.end(renderKexec({ kind: 'refuse', reason: "it's not due" }))
    let text = ''
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    t.equal(await new Promise(resolve => child.on('close', resolve)), 1)
    t.equal(text, "bootwright: it's not due\n")
  }
})
