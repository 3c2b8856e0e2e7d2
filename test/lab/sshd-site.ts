import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import root, { type Test } from 'tap'
import { type Daemon, startDaemon } from './daemon.ts'
import { addIpv6, serverAddress6, serverNetwork6 } from './ipv6-link.ts'
import { createNetwork, type Network } from './network.ts'
import { addSshdMachine, type SshdMachine } from './sshd-machine.ts'
import { waitUntil } from './wait.ts'

/** A network with a daemon and the machine of `node1`. */
export interface Site {
  readonly network: Network
  readonly daemon: Daemon
  readonly node1: SshdMachine
  /** The machine of another host, off. */
  readonly node2: SshdMachine
  readonly folder: string
  readonly logins: string
  configure(config: string): void
  write(name: string, text: string, mode?: number): string
  state(host?: string): Promise<string>
  why(host?: string): Promise<string>
  until(state: string, seconds?: number, host?: string): Promise<void>
  told(line: RegExp, seconds?: number): Promise<string>
  timeline(kind?: string): Promise<string[]>
  ask(host?: string): Promise<void>
  /** Asks for an install and boots the machine into what it is given. */
  boot(machine?: SshdMachine): Promise<void>
}

const token = 'a-token-for-the-site'
const netboot = 'kernel bzImage init=/nix/store/x/init initrd=initrd quiet\n'

export interface Setting {
  /** A folder of the site that is searched for programs first. */
  readonly path?: string
  readonly mode?: 'none' | 'proxy'
  /** 6: node1 has no IPv4 address. */
  readonly family?: 4 | 6
  /** It changes more than a test of another's may meet. */
  readonly apart?: boolean
}

/** What outlives a test: a daemon's start takes more than most of them. */
interface Ground {
  readonly kind: string
  readonly network: Network
  readonly folder: string
  readonly daemon: Daemon
}

let shared: Ground | undefined

/** Runs `rest` of a config (profiles and callbacks) with the hosts `node1` and `node2`, of which nothing is left over. */
export async function openSite(
  t: Test,
  rest: string,
  { path = '', mode = 'none', family = 4, apart = false }: Setting = {},
): Promise<Site> {
  const kind = `${path} ${mode} ${family}`
  if (shared !== undefined && (apart || shared.kind !== kind)) close(shared)
  const used = shared
  const network = used?.network ?? (await createNetwork())
  if (family === 6 && !used) await addIpv6(network)
  const folder = used?.folder ?? mkdtempSync(join(tmpdir(), 'bootwright-site-'))
  const write = (name: string, text: string, mode = 0o600) => {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text, { mode })
    return join(folder, name)
  }
  const node1 = await addSshdMachine(network, '10.77.0.20', '52:54:00:77:00:20')
  const node2 = await addSshdMachine(network, '10.77.0.21', '52:54:00:77:00:21')
  if (family === 6) await node1.useIpv6('2001:db8:77::20', serverAddress6)
  const six = family === 6 ? `, ${serverNetwork6.trim().split(/\n */).join(', ')}` : ''
  const configure = (text: string) =>
    void write('config.yaml', configOf(text, `${mode}${six}`, node1, node2))
  configure(rest)
  const daemon = used ? await goOn(used) : await start(write, { network, folder, path })
  const ground = { kind, network, folder, daemon }
  shared = ground
  if (!used) root.teardown(() => close(ground))
  const after = (await daemon.api('/api/v1/events?limit=1')).body.events[0]?.id ?? 0
  const show = async (host: string) => (await daemon.api(`/api/v1/hosts/${host}`)).body.host
  const events = async (): Promise<{ kind: string; text: string }[]> =>
    (await daemon.api(`/api/v1/events?host=node1&after=${after}&limit=5000`)).body.events
  const timeline = async (kind?: string) =>
    (await events()).filter(e => kind === undefined || e.kind === kind).map(({ text }) => text)
  t.teardown(async () => {
    if (!t.passing()) t.comment((await timeline()).join('\n'))
    if (!t.passing() || apart) close(ground)
    else await clear(ground, [node1, node2]).catch(() => close(ground))
  })
  const site: Site = {
    ...{ network, daemon, node1, node2, folder, configure, write, timeline },
    logins: join(folder, 'data/logins'),
    state: async (host = 'node1') => (await show(host)).state,
    why: async (host = 'node1') => (await show(host)).why,
    until: async (state, seconds = 40, host = 'node1') => {
      const is = async () => (await site.state(host)) === state || undefined
      await waitUntil(`${host} being ${state}`, seconds, is)
    },
    told: (line, seconds = 40) =>
      waitUntil(`${line}`, seconds, async () => (await timeline()).find(text => line.test(text))),
    async ask(host = 'node1') {
      const { code, stderr } = await daemon.cli(['install', host, '--yes'])
      if (code !== 0) throw new Error(stderr)
    },
    async boot(machine = node1) {
      await site.ask(machine === node1 ? 'node1' : 'node2')
      await machine.bootInstaller(await machine.fetchScript())
    },
  }
  return site
}

function configOf(rest: string, mode: string, node1: SshdMachine, node2: SshdMachine): string {
  return `
dataDir: ./data
assets: ./assets
admin: { tokenFile: ./token, allow: [127.0.0.0/8] }
networks: { lab: { interface: br0, mode: ${mode} } }
hosts:
  node1: { mac: "${node1.mac}", profile: p, vars: { disk: ${node1.disk} } }
  node2: { mac: "${node2.mac}", profile: p, vars: { disk: ${node2.disk} } }
${rest}`
}

async function start(
  write: Site['write'],
  { network, folder, path }: { network: Network; folder: string; path: string },
): Promise<Daemon> {
  for (const name of ['bzImage', 'initrd']) write(`assets/nixos/${name}`, name)
  write('assets/nixos/netboot.ipxe', netboot)
  write('token', `${token}\n`)
  const launcher = path === '' ? [] : ['env', `PATH=${join(folder, path)}:${process.env.PATH}`]
  const files = { config: join(folder, 'config.yaml'), tokenFile: join(folder, 'token') }
  return startDaemon(network, { ...files, token, launcher })
}

/** The daemon of a test before, with a config of now. */
async function goOn({ daemon }: Ground): Promise<Daemon> {
  const { code, stderr } = await daemon.cli(['reload'])
  if (code !== 0) throw new Error(stderr)
  return daemon
}

/** Nothing goes on, and no machine is there. */
async function clear({ daemon, network, folder }: Ground, machines: readonly SshdMachine[]) {
  const hosts = ['node1', 'node2']
  await daemon.api('/api/v1/cancels', { method: 'POST', body: { hosts } })
  for (const host of hosts) {
    await waitUntil(`the end of what ${host} does`, 40, async () => {
      const { state } = (await daemon.api(`/api/v1/hosts/${host}`)).body.host
      return ['idle', 'installed', 'failed'].includes(state) || undefined
    })
  }
  for (const machine of machines) await machine.off()
  network.removePeers()
  await network.run(['ip', 'neigh', 'flush', 'all'])
  for (const name of readdirSync(folder)) {
    if (!kept.has(name)) rmSync(join(folder, name), { recursive: true })
  }
}

const kept = new Set(['data', 'assets', 'token', 'config.yaml'])

function close({ network, folder }: Ground): void {
  if (shared?.network === network) shared = undefined
  network.remove()
  rmSync(folder, { recursive: true, force: true })
}
