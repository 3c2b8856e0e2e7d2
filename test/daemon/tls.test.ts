import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { openDhcpWire } from './client.ts'
import { type Daemon, makeDaemon, startDaemon, until } from './daemon.ts'
import { ask, makeMachine } from './machine.ts'
import { mac1 } from './settings.ts'

const run = promisify(execFile)

const folder = mkdtempSync(join(tmpdir(), 'bootwright-tls-'))
t.teardown(() => rmSync(folder, { recursive: true }))

/** A certificate of its own authority, for 127.0.0.1. */
function certify(name: string) {
  const [cert, key] = ['crt', 'key'].map(ending => join(folder, `${name}.${ending}`))
  if (!cert || !key) throw new Error('unreachable')
  execFileSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-keyout', key, '-out', cert, '-days', '2', '-subj', `/CN=${name}`],
    ...['-addext', 'subjectAltName=IP:127.0.0.1'],
  ])
  return { cert, key }
}

const tlsOf = (port: number, { cert, key }: { cert: string; key: string }, more = {}) => ({
  tls: { port, certFile: cert, keyFile: key, ...more },
})

/** Status and body of a URL, by curl that trusts this certificate only. */
async function curl(url: string, trusted: string): Promise<string> {
  const args = ['-sS', '--max-time', '20', '--cacert', trusted, '-w', '\n%{http_code}', url]
  return run('curl', args).then(
    ({ stdout }) => stdout,
    (error: { stderr: string }) => error.stderr,
  )
}

const secureUrl = ({ ports }: Daemon) => `https://127.0.0.1:${ports.https}`

async function lan(t: Test, more = {}) {
  const first = certify('first')
  const daemon = await startDaemon(t, ports => ({
    http: { port: ports.http, ...tlsOf(ports.https, first, more) },
  }))
  return { daemon, first }
}

t.test('the same routes by HTTPS, and plain HTTP stays', async t => {
  const { daemon, first } = await lan(t)
  t.match(await curl(`${secureUrl(daemon)}/healthz`, first.cert), /\n200$/)
  t.match(await curl(`${daemon.url}/healthz`, first.cert), /\n200$/)
  const image = await curl(`${secureUrl(daemon)}/assets/images/initrd`, first.cert)
  t.equal(image.length, 700_000 + '\n200'.length)
  const { text } = await script(t, daemon)
  t.match(text, `kernel --name kernel ${daemon.url}/assets/`, 'scripts are plain by default')
})

t.test('scripts: true makes every URL of a script HTTPS', async t => {
  const { daemon, first } = await lan(t, { scripts: true })
  const { text, find } = await script(t, daemon)
  const urls = [...text.matchAll(/https?:\/\/[^/]*/g)].map(String)
  t.strictSame([...new Set(urls)], [secureUrl(daemon)])
  t.match(text, `bootwright=${secureUrl(daemon)}/phone-home/`)
  t.match(find, `${daemon.url}/boot/`, 'what DHCP tells is plain: a loader may know no HTTPS')
  const kernel = /--name kernel (\S+)/.exec(text)?.[1] ?? ''
  t.match(await curl(kernel, first.cert), /\n200$/)
})

async function script(t: Test, daemon: Daemon) {
  const machine = makeMachine(daemon, await openDhcpWire(t, daemon.ports), mac1)
  await ask(daemon, 'node1')
  await machine.lease()
  const find = (await machine.lease('ipxe')).file
  return { find, ...(await machine.script()) }
}

t.test('a renewed certificate is taken at a reload, a broken one is not', async t => {
  const { daemon, first } = await lan(t)
  const second = certify('second')
  const url = `${secureUrl(daemon)}/healthz`
  const copy = (from: string, to: string) => execFileSync('cp', [from, to])
  const old = `${first.cert}.old`
  copy(first.cert, old)
  copy(second.cert, first.cert)
  await daemon.reload()
  const told = daemon.logs().map(({ msg }) => msg ?? '')
  t.match(
    told.find(line => /does not belong/.test(line)),
    /the certificate before stays$/,
  )
  t.match(await curl(url, old), /\n200$/, 'the key is still the one of the first')

  copy(second.key, first.key)
  await daemon.reload()
  t.match(await curl(url, second.cert), /\n200$/)
  t.match(await curl(url, old), /certificate/)
  await until('the line', () => daemon.logs().some(({ msg }) => msg === 'certificate read'))
})

t.test('what it cannot start with is one sentence', async t => {
  const [one, two] = [certify('one'), certify('two')]
  const nowhere = join(folder, 'nowhere')
  for (const [files, wanted] of [
    [{ ...one, cert: nowhere }, /^bootwright: http\.tls\.certFile: .*nowhere does not exist$/m],
    [{ ...one, key: nowhere }, /^bootwright: http\.tls\.keyFile: .*nowhere does not exist$/m],
    [
      { ...one, key: two.key },
      /^bootwright: http\.tls: the key .*two\.key does not belong to .*one\.crt$/m,
    ],
    [{ cert: one.key, key: one.key }, /certFile: .* is no certificate in PEM$/m],
    [{ cert: one.cert, key: one.cert }, /keyFile: .* is no key without a password in PEM$/m],
  ] as const) {
    const daemon = await makeDaemon(t, ports => ({
      http: { port: ports.http, ...tlsOf(ports.https, files) },
    }))
    const { code, stderr } = await daemon.run()
    t.match(stderr, wanted)
    t.equal(code, 1)
  }
})
