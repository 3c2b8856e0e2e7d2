import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { fileTimeout } from '../patience.ts'
import { sha256 } from '../pull/publisher.ts'
import { bzImage } from '../system/media-files.ts'
import { quickDaemon } from './clients.ts'
import { run } from './command.ts'
import { main } from './daemon.ts'
import { readLines } from './lines.ts'
import { createNetwork, type Network } from './network.ts'
import { labObstacle } from './packages.ts'
import { waitUntil } from './wait.ts'

const skip = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(2))

const inside = '10.77.0.9'
const fromProxy = '10.88.0.9'
const outside = '10.88.0.1'
const kernel = bzImage('6.1.0-far')

/** A server outside, and tinyproxy with one card in each network: nothing else leads from one to the other. */
async function world(t: Test) {
  const folder = mkdtempSync(join(tmpdir(), 'bootwright-proxy-'))
  const [lan, far] = [await createNetwork(), await createNetwork(outside)]
  t.teardown(() => {
    lan.remove()
    far.remove()
    rmSync(folder, { recursive: true, force: true })
  })
  const asked = await serveOutside(far, folder)
  const { namespace, start } = await lan.addPeer(inside)
  const inPeer = (...command: string[]) => run(['ip', 'netns', 'exec', namespace, ...command])
  const cable = ['ip', 'link', 'add', 'out', 'type', 'veth', 'peer', 'name', 'port']
  await inPeer(...cable, 'netns', far.namespace)
  await far.run(['ip', 'link', 'set', 'port', 'master', far.bridge, 'up'])
  await inPeer('ip', 'address', 'add', `${fromProxy}/24`, 'dev', 'out')
  await inPeer('ip', 'link', 'set', 'out', 'up')
  const conf = join(folder, 'tinyproxy.conf')
  writeFileSync(conf, 'Port 3128\nTimeout 60\nMaxClients 20\nConnectPort 443\n')
  const proxy = start(['tinyproxy', '-d', '-c', conf])
  const said: string[] = []
  readLines(proxy.stdout, line => said.push(line))
  const open = async () =>
    (await lan.attempt(['curl', '-s', `http://${inside}:3128/`])).code === 0 || undefined
  await waitUntil('tinyproxy', 20, open)
  return { folder, lan, asked }
}

async function serveOutside(far: Network, folder: string): Promise<string[]> {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const what = ['-days', '2', '-subj', '/CN=far', '-addext', `subjectAltName=IP:${outside}`]
  execFileSync('openssl', [...made, ...what, '-keyout', key, '-out', cert], { stdio: 'ignore' })
  writeFileSync(join(folder, 'linux'), kernel)
  writeFileSync(join(folder, 'SHA256SUMS'), `${sha256(kernel)}  linux\n`)
  const asked: string[] = []
  const script = fileURLToPath(new URL('outside.ts', import.meta.url))
  readLines(far.start([process.execPath, script, folder, key, cert]).stdout, line =>
    asked.push(line),
  )
  await waitUntil('the server outside', 20, () => asked.includes('listening') || undefined)
  return asked
}

const catalogue = `far:
  title: A kernel
  versions: { "1": {} }
  archs: { amd64: {} }
  mirror: https://${outside}
  lists: [{ url: "{mirror}/SHA256SUMS", tls: true }]
  files: { linux: { url: "http://${outside}/linux", in: linux } }
  profile: { kernel: "{image}/linux" }
`
const more = `proxy: http://${inside}:3128
hosts:
  node1: { mac: "52:54:00:12:34:70", profile: lab, callbacks: [hook, fetch] }
  alone: { mac: "52:54:00:12:34:71", profile: lab, callbacks: [fetch], proxy: none }
callbacks:
  hook: { when: [asked], webhook: { url: "http://${outside}/hook" } }
  fetch: { when: [asked], command: { run: [sh, -c, 'curl -fsS --max-time 5 http://${outside}/SHA256SUMS || exit 7'] } }
`

t.test('a network whose only way out is a proxy', { skip }, async t => {
  const { folder, lan, asked } = await world(t)
  const direct = ['curl', '-s', '--max-time', '2', `http://${outside}/`]
  t.not((await lan.attempt(direct)).code, 0, 'no other way leads out')

  const quick = quickDaemon(lan, '  lab: { interface: br0, mode: none }\n', [], more)
  writeFileSync(join(folder, 'catalogue.yaml'), catalogue)
  const files = ['--config', join(quick.folder, 'config.yaml'), '--catalogue']
  const trusting = ['env', `NODE_EXTRA_CA_CERTS=${join(folder, 'cert.pem')}`, process.execPath]
  const pulled = await lan.attempt([
    ...[...trusting, main, 'pull', 'far', ...files],
    join(folder, 'catalogue.yaml'),
  ])
  t.match(pulled, { code: 0, stdout: /images\/far: .*, verified/ }, pulled.stderr)
  t.same(readFileSync(join(quick.folder, 'assets/images/far/linux')), kernel)

  const daemon = await quick.start()
  t.equal((await daemon.cli(['install', 'node1'])).code, 0)
  t.equal((await daemon.cli(['install', 'alone'])).code, 0)
  const ends = async (host: string, how: RegExp) => {
    const { stdout } = await daemon.cli(['events', host])
    return how.test(stdout) ? stdout : undefined
  }
  t.match(await waitUntil('its command', 20, () => ends('node1', /ended well/)), sha256(kernel))
  await waitUntil('the command of the one without', 20, () => ends('alone', /exit code 7/))
  await waitUntil('the webhook', 20, () => asked.some(l => / POST .*\/hook/.test(l)) || undefined)
  const lines = asked.filter(line => line !== 'listening')
  for (const line of lines) t.match(line, `${fromProxy} `, 'by the proxy')
  t.equal(lines.filter(line => line.includes('/SHA256SUMS')).length, 2, 'the list, the command')
  t.equal(await daemon.kill('SIGTERM'), 0)
})
