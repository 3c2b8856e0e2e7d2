import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { node1, quickDaemon } from './clients.ts'
import { attempt } from './command.ts'
import { main } from './daemon.ts'
import { startForeignDhcp } from './foreign-dhcp.ts'
import { createNetwork } from './network.ts'
import { labObstacle } from './packages.ts'

const skip = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(4))

const kinds = ['bios', 'uefi', 'uefi-http', 'ipxe']

interface Met {
  readonly as: string
  readonly outcome: string
  readonly server: string | null
  readonly file: string | null
  readonly fetched: { readonly ok: boolean; readonly bytes?: number } | null
}

/** `bootwright probe` on another computer of the link. */
async function probe(namespace: string, args: readonly string[] = []) {
  const command = ['ip', 'netns', 'exec', namespace, process.execPath, main, 'probe', '--json']
  const { code, stdout } = await attempt([...command, ...args])
  const { met } = JSON.parse(stdout) as { met: readonly Met[] }
  return { code, met: (kind: string) => met.find(({ as }) => as === kind) }
}

t.test('beside a DHCP server that knows nothing of booting', { skip }, async t => {
  const network = await createNetwork()
  t.teardown(() => network.remove())
  const { namespace } = await network.addPeer('10.77.0.9')
  const silent = await probe(namespace, ['--as', 'bios'])
  t.match([silent.code, silent.met('bios')?.outcome], [1, 'silence'])

  await startForeignDhcp(network, '10.77.0.2')
  const alone = await probe(namespace)
  t.equal(alone.code, 1)
  for (const kind of kinds) t.match(alone.met(kind), { outcome: 'no-boot', server: null }, kind)

  const daemon = await quickDaemon(network, '  lab: { interface: br0 }\n').start()
  const stranger = await probe(namespace, ['--as', 'bios'])
  t.match(stranger.met('bios'), { outcome: 'no-boot' }, 'a proxy answers only whom it knows')
  await daemon.cli(['install', 'node1', '--yes'])
  const host = await probe(namespace, ['--mac', node1, '--expect', '10.77.0.1'])
  t.equal(host.code, 0)
  for (const [kind, file] of [
    ['bios', 'undionly.kpxe'],
    ['uefi', 'snponly.efi'],
    ['uefi-http', /^http:\/\/10\.77\.0\.1:8080\/loaders\/.*\.efi$/],
    ['ipxe', /^http:\/\/10\.77\.0\.1:8080\/.*boot\.ipxe/],
  ] as const) {
    const expected = { outcome: 'fetch', server: '10.77.0.1', file, fetched: { ok: true } }
    t.match(host.met(kind), expected, kind)
  }
  const { body } = await daemon.api('/api/v1/hosts/node1')
  t.equal(body.host?.state ?? body.state, 'pending', 'no installer was begun')
  t.equal(
    (await probe(namespace, ['--mac', node1, '--expect', '10.77.0.7', '--as', 'bios'])).code,
    1,
  )
})

t.test('where the daemon gives the addresses', { skip }, async t => {
  const network = await createNetwork()
  t.teardown(() => network.remove())
  const { namespace } = await network.addPeer('10.77.0.9')
  const range = '10.77.0.50-10.77.0.60'
  const lab = `  lab: { interface: br0, mode: server, rivals: warn, range: ${range} }\n`
  const daemon = await quickDaemon(network, lab).start()
  const { code, met } = await probe(namespace, ['--as', 'uefi', '--expect', '10.77.0.1'])
  t.equal(code, 0, 'to be sent to the disk is an answer')
  t.match(met('uefi'), { outcome: 'disk', server: '10.77.0.1' })
  const { leases } = (await daemon.api('/api/v1/leases')).body
  t.strictSame(
    leases.filter(({ state }: { state: string }) => state === 'active'),
    [],
  )
})
