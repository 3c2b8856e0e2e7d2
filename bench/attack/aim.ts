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

/** Counts what came back or was sent: that a flood meets what it is meant for. */
export type Heard = (what: string, times?: number) => void

export interface Flood {
  /**
   * How far the host's install is when it begins: its machine is off and has not booted yet, or it has said
   * `ready` and runs.
   */
  readonly install: 'pending' | 'installing'
  /** The machine that it comes from: one that is no host, or the host's own. */
  readonly seat: 'attacker' | 'victim'
  play(aim: Aim, heard: Heard): Promise<unknown>
}

/** A flood of a machine that is no host, while the host installs. */
export function flood(play: Flood['play'], otherwise: Partial<Flood> = {}): Flood {
  return { install: 'installing', seat: 'attacker', play, ...otherwise }
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

/** An address that nobody has and the attacker may speak as; there are 32,768. */
export function strangerAddress(n: number): string {
  return `10.99.${128 + ((n >> 8) & 127)}.${n & 255}`
}
