import { createHash } from 'node:crypto'
import type { Config } from '../../src/config/config.ts'
import { macOfBytes } from '../../src/wire/address.ts'
import { createLedger } from '../chaos/ledger.ts'
import { createSimCard } from './card.ts'
import { settled, simHost, simMac } from './config.ts'
import { type SimDaemon, startSimDaemon } from './daemon.ts'
import { createDisk } from './disk.ts'
import { planSimFaults, type SimFault } from './faults.ts'
import { createLan, unanswered, type Weather } from './lan.ts'
import { createSimMachine, type SimMachine } from './machine.ts'
import { forbidRealTime } from './no-real-time.ts'
import { createReceiver } from './receiver.ts'
import { type Asked, brokenSimRules, lostLeases } from './rules.ts'
import { diceOf, happens } from './throws.ts'
import { createTime } from './time.ts'

export interface Play {
  readonly seed: number
  readonly config: Config
  /** Virtual milliseconds in which machines, people and faults come. */
  readonly lasts: number
  /** Each line of what happened, for people. */
  tell?(line: string): void
}

export interface PlayEnd {
  readonly wrong: readonly string[]
  /** Of all that happened: the same for the same seed. */
  readonly hash: string
  readonly boots: number
  readonly installs: number
  readonly starts: number
}

const minute = 60_000
/** Visitors for so many hosts. */
const perVisitor = 4

/** Plays a seed: one daemon, its machines, and all that breaks. */
export async function play({ seed, config, lasts, tell }: Play): Promise<PlayEnd> {
  const world = openSimWorld({ seed, config, lasts, ...(tell && { tell }) })
  const { time, machines, disk, wrong } = world
  const escaped = (error: unknown) => void wrong.push(`nobody caught: ${(error as Error)?.stack}`)
  process.on('unhandledRejection', escaped)
  const allow = forbidRealTime(where => wrong.push(where))
  try {
    await world.start()
    for (const fault of planSimFaults(diceOf(seed, 'faults'), lasts)) plan(world, fault)
    for (const [n, machine] of machines.entries()) void lead(world, machine, n)
    for (let n = 0; n < Math.ceil(machines.length / perVisitor); n++) void visit(world, n)
    await time.run(lasts + 30 * minute, () => wrong.length > 0)
    if (wrong.length === 0) await rest(world)
  } finally {
    allow()
    process.off('unhandledRejection', escaped)
    world.daemon()?.kill()
    disk.cut(false)
  }
  const all = [...wrong, ...world.ledger.wrong, ...machines.flatMap(({ record }) => record.wrong)]
  if (all.length === 0)
    all.push(...brokenSimRules({ ...world, machines: machines.map(({ record }) => record) }))
  return { ...world.counts(), wrong: [...new Set(all)], hash: world.hash() }
}

type SimWorld = ReturnType<typeof openSimWorld>

function openSimWorld({ seed, config, lasts, tell }: Play) {
  const hash = createHash('sha256')
  const time = createTime(diceOf(seed, 'time'))
  const weather: Weather = { lost: 10, doubled: 10, slow: 40 }
  const wrong: string[] = []
  const asked: Asked[] = []
  const cancelled = new Set<string>()
  const receiver = createReceiver(time, diceOf(seed, 'receiver'))
  const disk = createDisk(diceOf(seed, 'disk'))
  const ledger = createLedger(time.now)
  let current: SimDaemon | undefined
  let starts = 0
  const trace = (line: string) => {
    const stamped = `${(time.now() / 1000).toFixed(3)} ${line}`
    hash.update(stamped)
    tell?.(stamped)
  }
  const daemon = () => current
  const lan = createLan({
    ...{ time, roll: diceOf(seed, 'lan'), weather },
    daemons: () => (current?.isAlive() ? [current] : []),
  })
  const died = (error: unknown) => {
    wrong.push(`the daemon died of ${(error as Error)?.stack ?? error}`)
  }
  const names = [...config.hosts.keys()]
  const machines = names.map((name, n) => {
    const roll = diceOf(seed, name)
    return createSimMachine(name, simMac(n), { time, roll, lan, ledger, daemon, cancelled, trace })
  })
  return {
    ...{ seed, time, weather, wrong, asked, cancelled, receiver, disk, ledger, lasts, lan },
    ...{ machines, daemon, trace },
    async start(): Promise<void> {
      starts += 1
      const roll = diceOf(seed, `start ${starts}`)
      const around = { time, roll, lan, config, sendWebhook: receiver.post, trace, died }
      current = await startSimDaemon(around, disk.open)
    },
    hash: () => hash.digest('hex').slice(0, 16),
    counts: () => ({
      ...{ starts, installs: asked.length },
      boots: machines.reduce((sum, { record }) => sum + record.boots, 0),
    }),
  }
}

/** A person asks for installs of a machine now and then, takes some back, and switches it on. */
async function lead(world: SimWorld, machine: SimMachine, n: number): Promise<void> {
  const { time, lan, lasts, seed, asked, cancelled, daemon, trace } = world
  const name = simHost(n)
  const roll = diceOf(seed, `people of ${name}`)
  await time.sleep(roll(60 * minute))
  while (time.now() < lasts) {
    const install = happens(roll, 600)
      ? await lan.ask(daemon(), running => running.ask(name))
      : undefined
    if (typeof install === 'string') {
      asked.push({ host: name, install })
      trace(`${name} is asked ${install}`)
      if (happens(roll, 100)) {
        await time.sleep(roll(20 * minute))
        const end = await lan.ask(daemon(), running => running.cancel(name))
        trace(`${name} is cancelled: ${String(end)}`)
        if (end === 'unbegun') cancelled.add(install)
      }
    }
    if (install === unanswered) await time.sleep(roll(minute))
    await machine.live(Math.min(lasts, time.now() + roll(8 * 60 * minute)))
    await time.sleep(roll(60 * minute))
  }
}

/** Machines that nobody knows want addresses, and some give them back. */
async function visit({ time, lan, lasts, seed, ledger }: SimWorld, n: number): Promise<void> {
  const roll = diceOf(seed, `visitor ${n}`)
  while (time.now() < lasts) {
    const mac = macOfBytes(Uint8Array.of(0x52, 0x54, 1, roll(256), roll(256), n & 255))
    const card = createSimCard(mac, { time, roll, lan, ledger })
    await time.sleep(roll(30 * minute))
    await card.lease('firmware')
    for (let stays = roll(6); stays > 0 && card.until() > time.now(); stays--) {
      await time.sleep((card.until() - time.now()) / 2)
      await card.renew()
    }
    card.leave(happens(roll, 500))
  }
}

/** What breaks, and how it is made whole. */
function plan(world: SimWorld, { kind, at, lasts, after }: SimFault): void {
  const { time, trace } = world
  const begin = () => {
    trace(`${kind} for ${(lasts / 1000).toFixed(0)} s`)
    time.stir()
    const end = breaks[kind](world, lasts)
    time.at(lasts, () => {
      time.stir()
      end()
    })
  }
  if (after === undefined) time.at(at, begin)
  else time.at(at, () => time.whenStirred(() => time.at(after, begin)))
}

type Break = (world: SimWorld, lasts: number) => () => void

const stop =
  (isPowerLoss: boolean): Break =>
  world => {
    const running = world.daemon()
    if (!running?.isAlive()) return () => {}
    running.kill()
    world.disk.cut(isPowerLoss)
    world.wrong.push(...lostLeases(world))
    return () => void world.start()
  }

const breaks: Readonly<Record<SimFault['kind'], Break>> = {
  'kill -9': stop(false),
  'power loss': stop(true),
  end(world) {
    const running = world.daemon()
    if (!running?.isAlive()) return () => {}
    const closed = running.close().catch(error => world.trace(`cannot close: ${error}`))
    return () => {
      void closed.then(() => {
        running.kill()
        world.disk.cut(false)
        return world.start()
      })
    }
  },
  'full disk'({ disk: { trouble } }) {
    trouble.isFull = true
    return () => {
      trouble.isFull = false
    }
  },
  'failing disk'({ disk: { trouble } }) {
    trouble.failing = 500
    return () => {
      trouble.failing = 0
    }
  },
  'slow disk'({ disk: { trouble } }, lasts) {
    trouble.slow = 1 + (lasts % 3000)
    return () => {
      trouble.slow = 1
    }
  },
  storm({ weather }, lasts) {
    Object.assign(weather, { lost: lasts % 400, doubled: lasts % 300, slow: 40 + (lasts % 8000) })
    return () => void Object.assign(weather, { lost: 10, doubled: 10, slow: 40 })
  },
  'deaf receiver'({ receiver: { mood } }) {
    Object.assign(mood, { refuses: 600, silent: 400 })
    return () => void Object.assign(mood, { refuses: 50, silent: 50 })
  },
  'clock jump'({ time }, lasts) {
    time.setWall(lasts % 2 === 0 ? lasts : -lasts)
    return () => time.setWall(0)
  },
}

/** All is whole: what is under way comes to its end. */
async function rest(world: SimWorld): Promise<void> {
  const { time, weather, receiver, wrong, lasts } = world
  Object.assign(weather, { lost: 0, doubled: 0 })
  Object.assign(receiver.mood, { refuses: 0, silent: 0 })
  await time.run(lasts + settled, () => wrong.length > 0)
  await world.daemon()?.close()
}
