import type { Delivered } from '../../src/boot/deliver.ts'
import type { PhoneHomeEvent } from '../../src/boot/host-state.ts'
import type { Mac } from '../../src/wire/address.ts'
import { type CardParts, createSimCard } from './card.ts'
import type { SimDaemon } from './daemon.ts'
import { unanswered } from './lan.ts'
import { happens } from './throws.ts'

/** What a machine knows of itself, whatever daemons say. */
export interface SimRecord {
  readonly name: string
  /** Installs whose `ready` was answered: its disk was wiped by each. */
  readonly wiped: Set<string>
  /** Installs whose `done` was answered. */
  readonly done: Set<string>
  readonly wrong: string[]
  boots: number
}

export interface MachineParts extends CardParts {
  /** Who answers HTTP. */
  daemon(): SimDaemon | undefined
  /** Installs that were taken back before they had begun: their operator was told so. */
  readonly cancelled: ReadonlySet<string>
  trace(line: string): void
}

const second = 1000
const minute = 60_000

/** A machine of the simulated LAN: firmware, iPXE, an installer, an operating system. */
export function createSimMachine(name: string, mac: Mac, parts: MachineParts) {
  const { time, roll, trace } = parts
  const card = createSimCard(mac, parts)
  const record: SimRecord = { name, wiped: new Set(), done: new Set(), wrong: [], boots: 0 }
  const isWrong = (text: string) => {
    record.wrong.push(`${name} ${text}`)
    trace(`WRONG ${name} ${text}`)
  }
  const body: MachineBody = { ...parts, mac, card, record, isWrong }
  return {
    record,
    /** Switched on: boots, installs itself where it is told to, boots again, and works until then. */
    async live(until: number): Promise<void> {
      let token: string | undefined
      for (let boots = 0; boots < 6; boots++) {
        record.boots += 1
        const told = await netboot(body)
        const image = told?.kind === 'boot' ? told.content.image : undefined
        const cmdline = image && 'cmdline' in image ? image.cmdline : ''
        const id = /install=(\S+)/.exec(cmdline)?.[1]
        trace(`${name} boots ${id ?? told?.kind ?? 'its disk'}`)
        if (id === undefined) break
        token = /bootwright=\S*\/phone-home\/([\w-]+)/.exec(cmdline)?.[1] ?? ''
        if (!(await install(body, id, token))) token = undefined
        card.leave(false)
        await time.sleep(10 * second + roll(minute))
      }
      await run(body, token, until)
    },
  }
}

export type SimMachine = ReturnType<typeof createSimMachine>

interface MachineBody extends MachineParts {
  readonly mac: Mac
  readonly card: ReturnType<typeof createSimCard>
  readonly record: SimRecord
  isWrong(text: string): void
}

async function netboot(body: MachineBody): Promise<Delivered | undefined> {
  const { card, time, roll, lan, mac } = body
  const loader = await card.lease('firmware')
  if (!loader) return undefined
  await time.sleep(roll(5 * second))
  const url = await card.lease('ipxe')
  if (!url?.startsWith('http')) return undefined
  for (let tries = 0; tries < 5; tries++) {
    const address = card.address()
    if (address === undefined) return undefined
    const told = await lan.ask(body.daemon(), daemon => daemon.script(mac, address))
    if (told !== unanswered) return told
    await time.sleep(second)
  }
  return undefined
}

/** The installer; whether it came to its end. */
async function install(body: MachineBody, id: string, token: string): Promise<boolean> {
  const { record, time, roll, cancelled, isWrong, trace } = body
  if (record.wiped.has(id)) isWrong(`is to install ${id} again`)
  await time.sleep(5 * second + roll(minute))
  // Some never come so far: another power cut, a kernel that panics.
  if (happens(roll, 100)) return false
  if (!(await tell(body, token, 'ready', 5 * minute))) return false
  if (record.wiped.has(id)) isWrong(`is wiped by ${id} again`)
  if (cancelled.has(id)) isWrong(`is wiped by ${id}, which was taken back`)
  record.wiped.add(id)
  trace(`${record.name} is wiped by ${id}`)
  await time.sleep(minute + roll(10 * minute))
  if (happens(roll, 80)) return false
  if (happens(roll, 40)) {
    await tell(body, token, 'failed', 5 * minute)
    return false
  }
  if (!(await tell(body, token, 'done', 30 * minute))) return false
  record.done.add(id)
  return true
}

/** Asks until it is answered, for so long. */
async function tell(
  { card, time, lan, daemon }: MachineBody,
  token: string,
  event: PhoneHomeEvent,
  ms: number,
): Promise<boolean> {
  for (const end = time.now() + ms; time.now() < end; await time.sleep(2 * second)) {
    if (card.until() - time.now() < 10 * minute) await card.renew()
    const address = card.address()
    if (address === undefined) continue
    const status = await lan.ask(daemon(), running => running.phoneHome(token, event, address))
    if (status === 204) return true
    if (status === 404 || status === 403) return false
  }
  return false
}

/** The system on its disk, until somebody switches it off. */
async function run(body: MachineBody, token: string | undefined, until: number): Promise<void> {
  const { card, time, roll } = body
  await time.sleep(20 * second)
  if (card.address() === undefined) await card.lease('firmware')
  if (token !== undefined) await tell(body, token, 'up', minute)
  while (time.now() < until) {
    const rest = (card.until() - time.now()) / 2
    await time.sleep(Math.max(minute, Math.min(rest, until - time.now())))
    if (time.now() < until && card.until() - time.now() < 31 * minute) await card.renew()
  }
  card.leave(happens(roll, 500))
}
