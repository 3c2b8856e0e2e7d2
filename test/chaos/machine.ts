import { setTimeout as sleep } from 'node:timers/promises'
import { type HttpAnswer, http, tftpGet } from '../daemon/client.ts'
import { createCard } from './card.ts'
import type { Ledger } from './ledger.ts'
import { files, hostName, macOf, type Site } from './site.ts'

/** What a machine knows of itself, whatever daemons say. */
export interface MachineRecord {
  readonly name: string
  /** Installs whose `done` was answered. */
  readonly done: Set<string>
  /** Installs whose `ready` was answered, and so are at work. */
  readonly begun: Set<string>
  /** The last steps, for people. */
  readonly steps: string[]
  readonly wrong: string[]
  boots: number
}

/** Seconds that an installer goes on trying to be heard. */
const patience = 150

export type Machine = ReturnType<typeof createMachine>

/** A machine of the LAN: firmware, iPXE and an installer, as far as the network sees them. */
export function createMachine(n: number, site: Site, ledger: Ledger) {
  const card = createCard(macOf(n), site.wire, ledger)
  const record: MachineRecord = {
    ...{ name: hostName(n), done: new Set(), begun: new Set() },
    ...{ steps: [], wrong: [], boots: 0 },
  }
  const step = (text: string) => {
    record.steps.push(`${new Date().toISOString().slice(14, 23)} ${text}`)
    if (record.steps.length > 40) record.steps.shift()
  }
  const parts = { card, record, step, site }
  return {
    record,
    /** Switched on: the install that it went through, or nothing where it was sent to its disk. */
    boot: (): Promise<string | undefined> => boot(parts),
    leave: card.leave,
  }
}

interface Parts {
  readonly card: ReturnType<typeof createCard>
  readonly record: MachineRecord
  readonly site: Site
  step(text: string): void
}

async function boot(parts: Parts): Promise<string | undefined> {
  const { record, step } = parts
  record.boots += 1
  try {
    const script = await netboot(parts)
    const install = /install=(\S+)/.exec(script)?.[1]
    if (install === undefined) {
      step(/^echo Disk: (.*)/m.exec(script)?.[1] ?? 'disk')
      return undefined
    }
    step(`script of ${install}`)
    const had = [record.done.has(install) && 'done', record.begun.has(install) && 'begun']
    if (had.some(Boolean)) record.wrong.push(`${record.name} is to install ${install} again`)
    await loadAll(parts, script)
    await installBy(parts, script, install)
    return install
  } catch (error) {
    step(`gave up: ${error instanceof Error ? error.message : error}`)
    return undefined
  }
}

/** From the DISCOVER of its firmware to its script. */
async function netboot({ card, site, step }: Parts): Promise<string> {
  const first = await card.lease('firmware')
  step(`has ${card.address()} by ${first.server}`)
  if (/undionly/.test(first.file)) {
    const { tftp = 0 } =
      site.nodes.find(({ address }) => address === first.server)?.daemon.ports ?? {}
    const loader = await tftpGet(tftp, first.file, card.address(), first.server)
    if (!loader.equals(files.loader)) throw new Error('another loader than the file')
  }
  const { server, file } = await card.lease('ipxe')
  step(`has ${card.address()} by ${server}, ${file}`)
  // Who is sent to its disk by DHCP is told so as well when it asks.
  if (!file.startsWith('http')) return ''
  const found = await firstOf([file], card.address())
  if (!/^chain /m.test(found)) return found
  const urls = [...found.matchAll(/http:[^\s?]+\/boot\/[^\s?]+/g)].map(([url]) =>
    url.replace(/\$\{[^}]*hexhyp\}/, card.mac.replaceAll(':', '-')),
  )
  return firstOf(urls, card.address())
}

/** iPXE asks again where it is told to, and else goes on with the next URL. */
async function firstOf(urls: readonly string[], from: string): Promise<string> {
  let said = 'no URL'
  for (const url of urls) {
    for (let tries = 0; tries < 10; tries++) {
      const { status, text } = await fetchFrom(url, from).catch(failed)
      if (status === 200) return text
      said = `${url}: ${status} ${text}`
      if (status !== 503) break
      await sleep(1000)
    }
  }
  throw new Error(said)
}

const failed = (error: unknown): HttpAnswer => ({ status: 0, text: String(error) })

function fetchFrom(url: string, from: string, body?: object): Promise<HttpAnswer> {
  const { hostname, port, pathname } = new URL(url)
  const post = body && { method: 'POST', body: JSON.stringify(body) }
  return http(Number(port), pathname, { from, to: hostname, ...post })
}

async function loadAll({ card }: Parts, script: string): Promise<void> {
  for (const part of ['kernel', 'initrd'] as const) {
    const [line = ''] = new RegExp(`^${part} .*`, 'm').exec(script) ?? []
    const urls = line.match(/http:\S+\/assets\/\S+/g) ?? []
    const text = await firstOf(urls, card.address())
    if (text !== files[part].toString()) throw new Error(`another ${part} than the file`)
  }
}

/** The installer: its answer file, `ready`, some work, `done`. */
async function installBy(parts: Parts, script: string, install: string): Promise<void> {
  const { record, step } = parts
  const [, answers = ''] = /url=(\S+)/.exec(script) ?? []
  const [, phoneHome = ''] = /bootwright=(\S+)/.exec(script) ?? []
  await untilHeard(parts, answers, 200)
  await untilHeard(parts, phoneHome, 204, { event: 'ready' })
  record.begun.add(install)
  step('ready')
  await sleep(300)
  await untilHeard(parts, phoneHome, 204, { event: 'done' })
  record.done.add(install)
  step('done')
}

/** Asks the one URL that it knows until it is answered. */
async function untilHeard(
  { card, record, step }: Parts,
  url: string,
  wanted: number,
  body?: { event: string },
): Promise<void> {
  const begun = performance.now()
  let last = ''
  while (performance.now() - begun < patience * 1000) {
    await card.keep().catch(error => step(`keeps no address: ${error.message}`))
    const from = card.address()
    const { status, text } =
      from === '' ? failed('no address') : await fetchFrom(url, from, body).catch(failed)
    if (status === wanted) return
    const said = `${body?.event ?? 'file'}: ${status} ${text.trim().slice(0, 150)}`
    if (said !== last) step(said)
    last = said
    if (![0, 429, 503].includes(status)) record.wrong.push(`${record.name} was told ${said}`)
    await sleep(500)
  }
  throw new Error(`nobody hears ${url}`)
}
