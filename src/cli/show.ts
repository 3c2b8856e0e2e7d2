import { writeFileSync } from 'node:fs'
import type { CallbackRow } from '../api/callbacks.ts'
import type { HostDetail } from '../api/hosts.ts'
import type { InstallRow } from '../api/installs.ts'
import type { StrangerList, StrangerRow } from '../api/networks.ts'
import { howFar, ordinal } from '../base/amount.ts'
import { parseMac } from '../wire/address.ts'
import type { ApiClient } from './api-client.ts'
import { showSpec } from './api-specs.ts'
import { runApiCommand, writeJson } from './command.ts'
import {
  colourOf,
  eventWidths,
  formatEvent,
  formatTime,
  powerOf,
  stateCell,
  whyOf,
} from './format.ts'
import { exit, Failure, type Io, nowOf } from './io.ts'
import { machineRows } from './machine.ts'
import { type Cell, formatTable, paint, partsOf, type Screen, screenOf, wrapText } from './table.ts'
import { entryText } from './unknown.ts'

/** `bootwright show HOST`. */
export function run(argv: string[], io: Io): Promise<number> {
  return runApiCommand(showSpec, argv, io, async ({ api, values, words: [name = ''] }) => {
    const file = values.text('pcap')
    if (file !== undefined) return savePackets(api, name, file, io)
    const stranger = await strangerOf(api, name)
    if (stranger) return showStranger(stranger, io, values.has('json'))
    const body = await api.get<HostDetail>(`/api/v1/hosts/${encodeURIComponent(name)}`)
    if (values.has('json')) writeJson(io, body)
    else io.stdout.write(formatHost(body, screenOf(io), nowOf(io)))
    return exit.done
  })
}

/** The machine of a MAC that asked and is not in the config. */
async function strangerOf(api: ApiClient, name: string): Promise<StrangerRow | undefined> {
  const mac = parseMac(name)
  if (!mac) return undefined
  const { strangers } = await api.get<StrangerList>('/api/v1/strangers', { q: mac })
  return strangers.find(stranger => stranger.mac === mac)
}

function showStranger(stranger: StrangerRow, io: Io, json: boolean): number {
  if (json) writeJson(io, { stranger })
  else io.stdout.write(formatStranger(stranger, screenOf(io)))
  return exit.done
}

function formatStranger(stranger: StrangerRow, screen: Screen): string {
  const { mac, address, arch, stage, uuid, serial, port, vendorClass } = stranger
  const { at, text, entry, waits } = stranger
  const facts = formatFacts(
    [
      ['MAC', mac],
      ['State', waits ? 'not in the config; the agent waits on it' : 'not in the config'],
      ['Address', address],
      ['Firmware', `${arch}, ${stage}`],
      ['UUID', uuid],
      ['Port', port],
      ['Serial', serial],
      ['Class', vendorClass],
      ['Last seen', formatTime(at)],
      ['What', text],
    ],
    screen,
  )
  const machine = section('Machine', formatFacts(machineRows(stranger.facts), screen), screen)
  return (
    facts + machine + section('To paste under `hosts:` of the config', entryText(entry), screen)
  )
}

/** Packets are kept by the daemon without IP and UDP headers, which are made anew in the file. */
async function savePackets(api: ApiClient, name: string, file: string, io: Io): Promise<number> {
  const isMac = parseMac(name) !== undefined
  const path = `${isMac ? 'strangers' : 'hosts'}/${encodeURIComponent(name)}/packets.pcap`
  const bytes = await api.download(`/api/v1/${path}`)
  if (file === '-') {
    io.stdout.write(bytes)
    return exit.done
  }
  try {
    writeFileSync(file, bytes)
  } catch (error) {
    const { message } = error as Error
    throw new Failure(`cannot write ${file}: ${message}`, exit.no)
  }
  io.stderr.write(`${file}: ${bytes.length} bytes\n`)
  return exit.done
}

/** The whole page of a host; sections without content are left out. */
export function formatHost(detail: HostDetail, screen: Screen, now: number): string {
  return [
    formatFacts(factsOf(detail.host, now), screen),
    section('Machine', formatFacts(machineRows(detail.host.facts), screen), screen),
    section('Installs', formatInstalls(detail.installs, screen), screen),
    section('Callbacks', formatCallbacks(detail.callbacks, screen), screen),
    section('Events', formatEvents(detail, screen), screen),
  ].join('')
}

function factsOf(host: HostDetail['host'], now: number): [string, Cell | null][] {
  const nics = host.nics.map(({ mac, address, network }) =>
    [mac, address, network].filter(part => part !== null).join(' '),
  )
  const vars = Object.entries(host.vars).map(([name, value]) => `${name}=${value}`)
  return [
    ['Name', host.name],
    ['State', stateCell(host)],
    ['Why', whyOf(host, now)],
    ['Blocked', host.blocked && { text: host.blocked, colour: 'red' }],
    ['Since', host.since && formatTime(host.since)],
    ['Profile', host.profile],
    ['Install', host.install && `${host.install}, attempt ${host.attempt}`],
    ['Message', host.message],
    ['Download', host.download && howFar(host.download)],
    ['Power', host.power && powerOf(host.power, now)],
    ['Address', host.address],
    ['Firmware', [host.arch, host.stage].filter(part => part !== null).join(', ')],
    ...nics.map((nic): [string, string] => ['NIC', nic]),
    ['UUID', host.uuid],
    ['Serial', host.serial],
    ['Port', host.port],
    ['Tags', host.tags.join(', ')],
    ['Vars', vars.join(', ')],
    ['Last seen', host.lastSeen && formatTime(host.lastSeen)],
  ]
}

function formatFacts(facts: readonly [string, Cell | null][], screen: Screen): string {
  const width = Math.max(0, ...facts.map(([title]) => title.length)) + 2
  return facts
    .filter(([, cell]) => cell !== null && cell !== '')
    .map(([title, cell]) => {
      const { text, colour } = partsOf(cell ?? '')
      const value = paint(wrapText(text, width, screen.width), colour, screen)
      return `${paint(title, 'dim', screen)}${' '.repeat(width - title.length)}${value}\n`
    })
    .join('')
}

function section(title: string, text: string, screen: Screen): string {
  return text === '' ? '' : `\n${paint(title, 'dim', screen)}\n${text}`
}

const installColumns = [
  { title: 'INSTALL' },
  { title: 'OUTCOME' },
  { title: 'PROFILE', leave: 2, cut: 8 },
  { title: 'ASKED', leave: 4 },
  { title: 'ENDED', leave: 3 },
  { title: 'ATTEMPTS', leave: 1 },
  { title: 'REASON', leave: 5, cut: 20 },
] as const

function formatInstalls(installs: readonly InstallRow[], screen: Screen): string {
  if (installs.length === 0) return ''
  const rows = installs.map(install => [
    install.id,
    { text: install.outcome ?? 'running', colour: colourOf(install.outcome ?? 'pending') },
    install.profile,
    formatTime(install.askedAt),
    formatTime(install.endedAt),
    String(install.attempts),
    install.reason ?? '-',
  ])
  return formatTable(installColumns, rows, screen)
}

const callbackColumns = [
  { title: 'CALLBACK' },
  { title: 'STATE' },
  { title: 'EVENT', leave: 3 },
  { title: 'TRIES', leave: 2 },
  { title: 'NEXT', leave: 1 },
  { title: 'ERROR', leave: 4, cut: 20 },
] as const

function formatCallbacks(callbacks: readonly CallbackRow[], screen: Screen): string {
  if (callbacks.length === 0) return ''
  const rows = callbacks.map(callback => [
    callback.name,
    { text: callback.state, colour: colourOf(callback.state) },
    callback.event,
    String(callback.tries),
    // A daemon before this one says none.
    callback.place ? `${ordinal(callback.place)} in the line` : formatTime(callback.nextAt),
    callback.error ?? '-',
  ])
  return formatTable(callbackColumns, rows, screen)
}

function formatEvents({ events }: HostDetail, screen: Screen): string {
  const widths = eventWidths(events, false)
  return events.map(event => formatEvent(event, widths, screen)).join('')
}
