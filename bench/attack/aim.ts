import { setTimeout as sleep } from 'node:timers/promises'

/** What a flood is aimed at, and for how long. */
export interface Aim {
  readonly server: string
  /** A host that is being installed: its address, MAC and the token of its attempt. */
  readonly victim: string
  readonly mac: string
  readonly token: string
  readonly seconds: number
}

/** So many times a second, whatever became of the times before. */
export async function paced(
  perSecond: number,
  seconds: number,
  work: (n: number) => void,
): Promise<void> {
  const began = performance.now()
  for (let done = 0; ; ) {
    const passed = Math.min(seconds * 1000, performance.now() - began)
    const due = Math.floor((passed * perSecond) / 1000)
    while (done < due) work(done++)
    if (passed === seconds * 1000) return
    await sleep(5)
  }
}
