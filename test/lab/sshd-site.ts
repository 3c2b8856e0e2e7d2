import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
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

interface Setting {
  readonly path?: string
  readonly mode?: 'none' | 'proxy'
  /** 6: node1 has no IPv4 address. */
  readonly family?: 4 | 6
}

/** Runs `rest` of a config (profiles and callbacks) with one host, `node1`. */
export async function openSite(
  t: Test,
  rest: string,
  { path = '', mode = 'none', family = 4 }: Setting = {},
): Promise<Site> {
  const network = await createNetwork()
  if (family === 6) await addIpv6(network)
  const folder = mkdtempSync(join(tmpdir(), 'bootwright-site-'))
  t.teardown(() => {
    network.remove()
    rmSync(folder, { recursive: true, force: true })
  })
  const write = (name: string, text: string, mode = 0o600) => {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text, { mode })
    return join(folder, name)
  }
  for (const name of ['bzImage', 'initrd']) write(`assets/nixos/${name}`, name)
  write('assets/nixos/netboot.ipxe', netboot)
  write('token', `${token}\n`)
  const node1 = await addSshdMachine(network, '10.77.0.20')
  const node2 = await addSshdMachine(network, '10.77.0.21')
  if (family === 6) await node1.useIpv6('2001:db8:77::20', serverAddress6)
  const six = family === 6 ? `, ${serverNetwork6.trim().split(/\n */).join(', ')}` : ''
  const config = (text: string) => `
dataDir: ./data
assets: ./assets
admin: { tokenFile: ./token, allow: [127.0.0.0/8] }
networks: { lab: { interface: br0, mode: ${mode}${six} } }
hosts:
  node1: { mac: "${node1.mac}", profile: p, vars: { disk: ${node1.disk} } }
  node2: { mac: "${node2.mac}", profile: p, vars: { disk: ${node2.disk} } }
${text}`
  const configure = (text: string) => void write('config.yaml', config(text))
  configure(rest)
  const launcher = path === '' ? [] : ['env', `PATH=${join(folder, path)}:${process.env.PATH}`]
  const daemon = await startDaemon(network, {
    ...{ config: join(folder, 'config.yaml'), tokenFile: join(folder, 'token'), token, launcher },
  })
  const show = async (host: string) => (await daemon.api(`/api/v1/hosts/${host}`)).body.host
  const events = async (): Promise<{ kind: string; text: string }[]> =>
    (await daemon.api('/api/v1/events?host=node1&limit=5000')).body.events
  const timeline = async (kind?: string) =>
    (await events()).filter(e => kind === undefined || e.kind === kind).map(({ text }) => text)
  t.teardown(async () => {
    if (!t.passing()) t.comment((await timeline()).join('\n'))
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
