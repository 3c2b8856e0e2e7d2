import { randomInt } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { printable } from '../../base/printable.ts'
import { draftConfig, rangeFor } from '../../config/draft.ts'
import { findLoaders } from '../../config/loaders.ts'
import type { ServerOffer } from '../../probe/offers.ts'
import { probe } from '../../probe/run.ts'
import { firewallDoubt } from '../../system/firewall.ts'
import { ownAddresses6 } from '../../system/interfaces6.ts'
import { type Link, links } from '../../system/links.ts'
import { portOwner } from '../../system/port-owner.ts'
import { randomMac } from '../../system/probe-mac.ts'
import { adminToken } from '../../system/secrets.ts'
import {
  type AddressRange,
  formatIpv4,
  formatSubnet,
  type Ipv4,
  parseRange,
  subnetContains,
  subnetOf,
} from '../../wire/address.ts'
import { type Ipv6, ipv6OfNumber, ipv6ToNumber, subnet6Of } from '../../wire/ipv6.ts'
import type { Values } from '../args.ts'
import { canAsk } from '../confirm.ts'
import { envOf, exit, Failure, type Io } from '../io.ts'
import { runParsed } from '../run-parsed.ts'
import { initSpec as spec } from './specs.ts'

/** dnsmasq pings an address for 3 s before it offers it. */
const listenMs = 4000

/** What was seen of a link. */
interface SeenLink extends Link {
  /** `deaf`: port 68 cannot be had. */
  readonly servers: readonly ServerOffer[] | 'deaf'
}

/** `bootwright init`: looks around, asks what it cannot see, writes a config, says what comes next. */
export function run(argv: readonly string[], io: Io): Promise<number> {
  return runParsed(spec, argv, io, ({ values }) => begin(values, io))
}

async function begin(values: Values, io: Io): Promise<number> {
  const file = resolve(values.text('config') ?? 'bootwright.yaml')
  if (existsSync(file)) {
    const ways = `change it, or say --config ANOTHER; \`bootwright check --config ${file}\` looks at it`
    throw new Failure(`${file} is there, and nothing is ever overwritten: ${ways}`, exit.no)
  }
  const seen = await look(values, io)
  for (const link of seen) io.stdout.write(`${linkWords(link)}\n`)
  const link = await chooseLink(seen, values, io)
  const mode = await chooseMode(link, values, io)
  const range = mode === 'server' ? readRange(link, values) : undefined
  const dataDir = values.text('data-dir') ?? 'data'
  const assets = values.text('assets') ?? 'assets'
  const at = (path: string) => resolve(dirname(file), path)
  const gateway = link.gateway
  const text = draftConfig({
    interface: link.interface,
    subnet: subnetOf(link.address, link.prefix),
    address: link.address,
    mode,
    ...(range && { range }),
    ...(gateway !== undefined && { router: gateway }),
    servers: serversOf(link),
    ...{ dataDir, assets },
  })
  const tokenFile = join(at(dataDir), 'admin-token')
  const kept = orFail(() => {
    const folders = [dirname(file), ...['loaders', 'images'].map(name => join(at(assets), name))]
    for (const folder of folders) mkdirSync(folder, { recursive: true })
    writeFileSync(file, text, { flag: 'wx' })
    return keepToken(adminToken(tokenFile), io)
  })
  io.stdout.write(`\nwrote ${file}\nthe token is in ${tokenFile}${kept}\n`)
  for (const line of doubts(at(assets))) io.stdout.write(`! ${line}\n`)
  io.stdout.write(`\nnext:\n${nextCommands(file)}`)
  return exit.done
}

/** What the system refuses, such as a folder that only root may write to, is a sentence. */
function orFail<T>(write: () => T): T {
  try {
    return write()
  } catch (error) {
    throw new Failure(`${(error as Error).message}: \`sudo\`, or other folders?`, exit.no)
  }
}

/** Asks on every link at once who gives addresses there. */
async function look(values: Values, io: Io): Promise<SeenLink[]> {
  const wanted = values.text('interface')
  const found = links().filter(link => wanted === undefined || link.interface === wanted)
  if (found.length === 0) {
    const names = links().map(link => link.interface)
    const which = wanted === undefined ? 'no interface has' : `${printable(wanted)} has not got`
    const ways = `give it one; with one are: ${[...new Set(names)].join(', ') || 'none'}`
    throw new Failure(`${which} an IPv4 address: ${ways}${withIpv6(wanted)}`, exit.no)
  }
  io.stderr.write(
    `looking who answers DHCP on ${found.map(l => l.interface).join(', ')}: 4 to 10 s\n`,
  )
  return Promise.all(found.map(async link => ({ ...link, servers: await serversOn(link) })))
}

/** What a network without IPv4 is: nobody is asked there who gives addresses, so it is not written either. */
function withIpv6(wanted: string | undefined): string {
  const found = ownAddresses6().find(
    one => !one.passing && (wanted === undefined || one.interface === wanted),
  )
  if (!found) return ''
  const { base, prefix } = subnet6Of(found.address, found.prefix)
  const range = `${plus(base, 0x1000n)}-${plus(base, 0xffffn)}`
  const network = `lan: { interface: ${found.interface}, mode: none, mode6: server, range6: "${range}" }`
  return `\n${found.interface} has ${found.address}/${prefix}. With IPv6 alone start with these lines, and see docs/networks.md:\n\ndataDir: data\nnetworks:\n  ${network}\n`
}

function plus(base: Ipv6, more: bigint): Ipv6 {
  return ipv6OfNumber(ipv6ToNumber(base) + more)
}

async function serversOn({ address }: Link): Promise<readonly ServerOffer[] | 'deaf'> {
  try {
    const settings = { own: address, kinds: ['bios'], ms: listenMs, stranger: randomMac() } as const
    const [met] = await probe({ ...settings, random: () => randomInt(2 ** 32) })
    return met?.offers ?? []
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EACCES' || code === 'EPERM' || code === 'EADDRINUSE') return 'deaf'
    throw error
  }
}

function serversOf({ servers }: SeenLink): Ipv4[] {
  if (servers === 'deaf') return []
  const givers = servers.filter(({ address }) => address !== undefined)
  return [...new Set(givers.map(({ server }) => server))]
}

function linkWords(link: SeenLink): string {
  const net = formatSubnet(subnetOf(link.address, link.prefix))
  const where = `${link.interface}: ${formatIpv4(link.address)} in ${net}${link.wireless ? ', wireless' : ''}`
  if (link.servers === 'deaf')
    return `${where}; who answers DHCP there cannot be heard without root`
  const names = serversOf(link).map(formatIpv4)
  const boots = link.servers.filter(({ bootFile }) => bootFile !== undefined)
  const who = names.length === 0 ? 'nobody gives addresses' : `${names.join(', ')} gives addresses`
  const also = boots.map(
    b => `; ${formatIpv4(b.server)} names the boot file ${printable(b.bootFile ?? '')}`,
  )
  return `${where}; ${who}${also.join('')}`
}

async function chooseLink(seen: readonly SeenLink[], values: Values, io: Io): Promise<SeenLink> {
  const [first, ...others] = seen
  if (first && others.length === 0) return first
  const names = seen.map(link => link.interface)
  if (!mayAsk(values, io)) {
    throw new Failure(`say which network: --interface, one of ${names.join(', ')}`, exit.usage)
  }
  const answer = await question(io, `Which one are the machines on? [${names.join(', ')}] `)
  const chosen = seen.find(link => link.interface === answer)
  if (!chosen) throw new Failure(`${printable(answer)} is none of ${names.join(', ')}`, exit.usage)
  return chosen
}

/** Addresses are given only where that was said, and nobody else does. */
async function chooseMode(link: SeenLink, values: Values, io: Io): Promise<'proxy' | 'server'> {
  const said = values.text('mode')
  if (said === 'proxy' || said === 'server') return said
  if (said !== undefined) throw new Failure('--mode is proxy or server', exit.usage)
  if (link.servers === 'deaf' || serversOf(link).length > 0 || !mayAsk(values, io)) return 'proxy'
  const answer = await question(io, 'Nobody gives addresses there. Shall Bootwright? [y/N] ')
  return /^y(?:es)?$/i.test(answer) ? 'server' : 'proxy'
}

function readRange(link: SeenLink, values: Values): AddressRange {
  const said = values.text('range')
  const subnet = subnetOf(link.address, link.prefix)
  const taken = [link.address, ...(link.gateway === undefined ? [] : [link.gateway])]
  const range = said === undefined ? rangeFor(subnet, taken) : parseRange(said)
  if (range && subnetContains(subnet, range.from) && subnetContains(subnet, range.to)) return range
  const what = said === undefined ? 'too few free addresses' : `"${printable(said)}" is no range`
  throw new Failure(`${what} in ${formatSubnet(subnet)}: say --range FIRST-LAST`, exit.usage)
}

function mayAsk(values: Values, io: Io): boolean {
  return !values.has('yes') && canAsk(io)
}

async function question(io: Io, text: string): Promise<string> {
  const lines = createInterface({ input: io.stdin, output: io.stderr })
  try {
    return (await lines.question(text)).trim()
  } finally {
    lines.close()
  }
}

/** Where the commands of this user look for it, unless something is there. */
function keepToken(token: string, io: Io): string {
  const home = envOf(io).HOME ?? homedir()
  const file = join(home, '.config/bootwright/token')
  if (existsSync(file)) return `; ${file} is another one, and is left alone`
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, `${token}\n`, { mode: 0o600, flag: 'wx' })
  return `, and for your commands in ${file}`
}

/** What is missing or in the way, a sentence each. */
function doubts(assets: string): string[] {
  const usual = ['bios', 'x64-efi']
  const missing = findLoaders(assets).missing.filter(({ arch }) => usual.includes(arch))
  const held = [67, 69, 4011].flatMap(port => {
    const owner = portOwner('udp', port)
    return owner === undefined ? [] : [`UDP port ${port} is taken by ${owner}`]
  })
  const firewall = firewallDoubt([67, 69, 4011], [8080])
  return [
    ...missing.map(({ line }) => line),
    ...held,
    ...(firewall === undefined ? [] : [firewall]),
  ]
}

function nextCommands(file: string): string {
  const sudo = process.getuid?.() === 0 ? '' : 'sudo '
  const besides =
    'in another terminal, for something to boot; without a name it lists what there is'
  return `  bootwright check --config ${file}
  ${sudo}bootwright serve --config ${file}
  ${sudo}bootwright pull debian --add --config ${file}   # ${besides}
`
}
