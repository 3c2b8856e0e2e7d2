import { setTimeout as sleep } from 'node:timers/promises'
import type { Cable, Running } from './cable.ts'
import { perfdhcp } from './perfdhcp.ts'

/** Waits for the first answer, then lets the server settle and become warm: a daemon runs for weeks. */
export async function warmUp(cable: Cable, running: Running, rate: number): Promise<void> {
  const warm = { rate, seconds: 10, clients: 400, mac: '00:0c:02:00:00:00' }
  for (let tries = 0; tries < 10; tries++) {
    await sleep(1000)
    const first = { rate: 10, seconds: 1, clients: 10, mac: '00:0c:03:00:00:00' }
    const { rate } = await perfdhcp(cable, first)
    if (rate === 0) continue
    await perfdhcp(cable, warm)
    return sleep(3000)
  }
  throw new Error(`the server does not answer: ${running.said()}`)
}
