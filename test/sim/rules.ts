import { formatIpv4 } from '../../src/wire/address.ts'
import type { Ledger } from '../chaos/ledger.ts'
import type { Disk } from './disk.ts'
import type { SimRecord } from './machine.ts'
import type { SimReceiver } from './receiver.ts'

/** An install that was asked for: whoever asked was told. */
export interface Asked {
  readonly host: string
  readonly install: string
}

interface Ended {
  readonly disk: Disk
  readonly receiver: SimReceiver
  readonly machines: readonly SimRecord[]
  readonly asked: readonly Asked[]
}

interface InstallRow {
  readonly id: string
  readonly host: string
  readonly profile: string
  readonly ended_at: number | null
  readonly outcome: string | null
  readonly reason: string | null
}

/** Everything that is not as it was promised, when all is whole and still. */
export function brokenSimRules(ended: Ended): string[] {
  return [...wrongHosts(ended), ...wrongInstalls(ended), ...wrongWebhooks(ended)]
}

/** Whoever has an address has it on the disk that outlived the process. */
export function lostLeases({ disk, ledger }: { disk: Disk; ledger: Ledger }): string[] {
  const rows = disk.read<{ address: number; mac: string }>('select address, mac from leases')
  const macs = new Map(rows.map(({ address, mac }) => [address, mac]))
  return ledger.all().flatMap(({ address, mac }) => {
    const kept = macs.get(address)
    return kept === mac ? [] : [`${mac} has ${formatIpv4(address)}, and kept is ${kept}`]
  })
}

/** Nobody is under way for ever. */
function wrongHosts({ disk }: Ended): string[] {
  const rows = disk.read<{ name: string; state: string }>(
    `select name, state from hosts where state in ('pending', 'booting', 'installing', 'verifying')`,
  )
  return rows.map(({ name, state }) => `${name} is ${state} for ever`)
}

/** Each install that was asked for has an end with a reason, and the end that its machine knows. */
function wrongInstalls({ disk, machines, asked }: Ended): string[] {
  const rows = disk.read<InstallRow>('select * from installs')
  const byId = new Map(rows.map(row => [row.id, row]))
  const wrong: string[] = []
  for (const { host, install } of asked) {
    if (byId.get(install)?.host !== host) wrong.push(`${host}: the install ${install} is lost`)
  }
  for (const { id, host, outcome, reason } of rows) {
    if (outcome === null) wrong.push(`${host}: the install ${id} has no end`)
    if (reason === null) wrong.push(`${host}: the install ${id} is ${outcome} without a reason`)
    const machine = machines.find(({ name }) => name === host)
    if (outcome === 'installed' && !machine?.wiped.has(id)) {
      wrong.push(`${host}: the install ${id} is installed, and its machine never began`)
    }
  }
  for (const { name, wiped, done } of machines) {
    for (const id of wiped) {
      if (!byId.has(id)) wrong.push(`${name} was wiped by ${id}, which nobody knows`)
    }
    for (const id of done) {
      const row = byId.get(id)
      const isLost = row?.profile === 'plain' && row.outcome === 'failed'
      if (isLost) wrong.push(`${name}: the install ${id} failed, though its end was heard`)
    }
  }
  return wrong
}

interface DeliveryRow {
  readonly key: string
  readonly install: string
  readonly event: string
  readonly state: string
}

/** Every webhook came at least once, with one body; and what came is known. */
function wrongWebhooks({ disk, receiver, machines }: Ended): string[] {
  const rows = disk.read<DeliveryRow>('select key, install, event, state from deliveries')
  const keys = new Set(rows.map(({ key }) => key))
  const wrong: string[] = []
  for (const { key, state } of rows) {
    if (state !== 'delivered') wrong.push(`the webhook ${key} is ${state}`)
    if (!receiver.heard.has(key)) wrong.push(`the webhook ${key} is ${state}, and never came`)
  }
  for (const [key, bodies] of receiver.heard) {
    if (!keys.has(key)) wrong.push(`the webhook ${key} came, and nobody knows of it`)
    if (bodies.size > 1) wrong.push(`the webhook ${key} came with several bodies`)
  }
  const told = new Set(rows.map(({ install, event }) => `${install} ${event}`))
  const must = [
    ...disk
      .read<InstallRow>('select * from installs')
      .flatMap(({ id, outcome }) => [
        `${id} asked`,
        ...(endEvents.has(outcome) ? [`${id} ${outcome}`] : []),
      ]),
    ...machines.flatMap(({ wiped }) => [...wiped].map(id => `${id} ready`)),
  ]
  for (const one of must) if (!told.has(one)) wrong.push(`there is no webhook of ${one}`)
  return wrong
}

const endEvents: ReadonlySet<string | null> = new Set(['installed', 'failed', 'cancelled'])
