import { randomInt } from 'node:crypto'
import { amount } from '../../base/amount.ts'
import { printable } from '../../base/printable.ts'
import { type ClientKind, clientKinds } from '../../probe/client-kind.ts'
import type { ServerOffer } from '../../probe/offers.ts'
import { type Met, probe } from '../../probe/run.ts'
import { type OwnAddress, ownAddresses } from '../../system/interfaces.ts'
import { portError } from '../../system/ports.ts'
import { randomMac } from '../../system/probe-mac.ts'
import { formatIpv4, type Ipv4, type Mac, parseIpv4, parseMac } from '../../wire/address.ts'
import type { Values } from '../args.ts'
import { exit, Failure, type Io } from '../io.ts'
import { runParsed } from '../run-parsed.ts'
import { probeSpec as spec } from './specs.ts'

/** dnsmasq pings an address for 3 s before it offers it; UEFI collects offers for 4 s. */
const listenMs = 4000

/** `bootwright probe`: what would a netbooting machine get on this LAN, and from whom? Needs no daemon. */
export function run(argv: readonly string[], io: Io): Promise<number> {
  return runParsed(spec, argv, io, ({ values }) => play(values, io))
}

async function play(values: Values, io: Io): Promise<number> {
  const own = chooseInterface(values.text('interface'), ownAddresses())
  const kinds = readKinds(values.list('as'))
  const mac = readMac(values.text('mac'))
  const expected = readAddress(values.text('expect'))
  const seconds = (mac ? kinds.length : 1) * (listenMs / 1000)
  const link = `${own.interface} (${formatIpv4(own.address)})`
  io.stderr.write(`asking on ${link} as ${kinds.join(', ')}: ${seconds} s and more\n`)
  const met = await probe({
    own: own.address,
    kinds,
    ...(mac !== undefined && { mac }),
    ms: listenMs,
    stranger: randomMac(),
    random: () => randomInt(2 ** 32),
  }).catch(error => {
    const known = portError(error, 'UDP', formatIpv4(own.address), 68)
    if (known === error) throw error
    throw new Failure((known as Error).message, exit.no)
  })
  const good = met.every(one => boots(one, expected))
  if (values.has('json'))
    io.stdout.write(`${JSON.stringify({ good, met: met.map(toJson) }, null, 2)}\n`)
  else for (const one of met) io.stdout.write(linesOf(one, expected))
  return good ? exit.done : exit.no
}

/** The interface that is named, or the only one with a LAN behind it. */
function chooseInterface(name: string | undefined, own: readonly OwnAddress[]): OwnAddress {
  const usable = own.filter(({ loopback }) => !loopback)
  const fitting = name === undefined ? usable : own.filter(one => one.interface === name)
  const [first, ...others] = fitting
  const names = [...new Set(usable.map(one => one.interface))].join(', ')
  if (!first) {
    const what = name === undefined ? 'no interface has' : `${printable(name)} has not got`
    const ways = `probe asks over IPv4; with one are: ${names || 'none'}`
    throw new Failure(`${what} an IPv4 address: ${ways}`, exit.no)
  }
  if (name === undefined && others.some(one => one.interface !== first.interface)) {
    throw new Failure(`several interfaces: say --interface, one of ${names}`, exit.usage)
  }
  return first
}

function readKinds(texts: readonly string[]): readonly ClientKind[] {
  const wrong = texts.find(text => !(clientKinds as readonly string[]).includes(text))
  if (wrong !== undefined) {
    throw new Failure(
      `--as is one of ${clientKinds.join(', ')}, not "${printable(wrong)}"`,
      exit.usage,
    )
  }
  return texts.length === 0 ? clientKinds : (texts as readonly ClientKind[])
}

function readMac(text: string | undefined): Mac | undefined {
  const mac = text === undefined ? undefined : parseMac(text)
  if (text !== undefined && !mac)
    throw new Failure(`${printable(text)} is no MAC address`, exit.usage)
  return mac
}

function readAddress(text: string | undefined): Ipv4 | undefined {
  const address = text === undefined ? undefined : parseIpv4(text)
  if (text !== undefined && address === undefined) {
    throw new Failure(`${printable(text)} is no IPv4 address`, exit.usage)
  }
  return address
}

/** Whether this client gets somewhere: its loader or script, or its disk by somebody's word. */
function boots({ plan, fetched, rivals }: Met, expected: Ipv4 | undefined): boolean {
  if (plan.kind === 'nothing' || fetched?.ok === false) return false
  return expected === undefined || (plan.boot.server === expected && rivals.length === 0)
}

function linesOf(met: Met, expected: Ipv4 | undefined): string {
  const { client, offers, rivals } = met
  const lines = [...offers.map(offerWords), ...rivals.map(rivalWords)].map(line => `  ${line}\n`)
  const ending = boots(met, expected) ? '' : ' !'
  return `${client.kind}${ending}: ${verdictOf(met, expected)}\n${lines.join('')}`
}

function offerWords(offer: ServerOffer): string {
  const { server, address, bootFile, answers } = offer
  const who = formatIpv4(server)
  const gives = address === undefined ? 'proxyDHCP' : `gives ${formatIpv4(address)}`
  const file = bootFile === undefined ? 'no boot file' : `boot file ${printable(bootFile)}`
  return `${who}: ${gives}, ${file}${answers === 'plain' ? '' : `, answers ${answers.toUpperCase()}`}`
}

function rivalWords({ server, bootFile = '' }: ServerOffer): string {
  return `${formatIpv4(server)} names ${printable(bootFile)} too: which one wins is chance`
}

/** One sentence: would it boot, and from whom? */
function verdictOf({ plan, fetched }: Met, expected: Ipv4 | undefined): string {
  if (plan.kind === 'nothing') return nothingWords[plan.code]
  const who = formatIpv4(plan.boot.server)
  const wrong =
    expected === undefined || plan.boot.server === expected
      ? ''
      : `, and not by ${formatIpv4(expected)}`
  if (plan.kind === 'disk') return `${who} sends it to its disk${wrong}`
  const url = /^https?:/i.test(plan.file)
  const file = `${printable(plan.file)}${url ? '' : ` from ${formatIpv4(plan.from)}`}`
  if (fetched?.ok === false)
    return `told by ${who} to load ${file}, which fails: ${printable(fetched.why)}`
  const size = fetched?.ok && fetched.bytes > 0 ? ` (${amount(fetched.bytes)})` : ''
  return `would boot ${file}${size}, told by ${who}${wrong}`
}

const nothingWords = {
  silence:
    'nobody answers: no DHCP server on this link, or it ignores machines it does not know (--mac)',
  'no-address': 'nobody gives an address: a proxyDHCP server alone is not enough',
  'no-boot': 'it gets an address and nothing to boot',
} as const

function toJson({ client, offers, plan, fetched, rivals }: Met) {
  const shown = (offer: ServerOffer) => ({
    server: formatIpv4(offer.server),
    address: offer.address === undefined ? null : formatIpv4(offer.address),
    bootFile: offer.bootFile ?? null,
    answers: offer.answers,
  })
  return {
    as: client.kind,
    mac: client.mac,
    outcome: plan.kind === 'nothing' ? plan.code : plan.kind,
    server: 'boot' in plan ? formatIpv4(plan.boot.server) : null,
    file: plan.kind === 'fetch' ? plan.file : null,
    fetched: fetched ?? null,
    offers: offers.map(shown),
    rivals: rivals.map(shown),
  }
}
