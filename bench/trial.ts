import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Cable, type End, layCable, type Running } from './cable.ts'
import { type Family, perfdhcp } from './perfdhcp.ts'

/**
 * Does `work` with a DHCP server that is alone at one end of a fresh cable, with an empty folder, and was
 * warmed at `rate` exchanges a second. Then all of it goes.
 */
export async function onTrial<T>(
  start: (end: End, folder: string) => Running | Promise<Running>,
  rate: number,
  work: (cable: Cable, running: Running) => Promise<T>,
  family: Family = 4,
): Promise<T> {
  const cable = await layCable()
  const folder = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), 'bootwright-bench-'))
  try {
    const running = await start(cable.server, folder)
    try {
      await warmUp(cable, running, rate, family)
      return await work(cable, running)
    } finally {
      await running.end()
    }
  } finally {
    cable.remove()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Waits for the first answer, then lets the server settle and become warm: a daemon runs for weeks. */
async function warmUp(cable: Cable, running: Running, rate: number, family: Family): Promise<void> {
  const warm = { rate, seconds: 10, clients: 400, mac: '00:0c:02:00:00:00', family }
  for (let tries = 0; tries < 10; tries++) {
    await sleep(1000)
    const first = { rate: 10, seconds: 1, clients: 10, mac: '00:0c:03:00:00:00', family }
    const { rate } = await perfdhcp(cable, first)
    if (rate === 0) continue
    await perfdhcp(cable, warm)
    return sleep(3000)
  }
  throw new Error(`the server does not answer: ${running.said()}`)
}
