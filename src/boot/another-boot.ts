import { isSilent, type LifeEvent, type LifeIn, type Rules, type Transition } from './life.ts'

/* What it means to the life of a host that it boots again, or that somebody with its MAC seems to. */

/** The same boot asks again: it gets the same script, and nothing counts. */
export function sameBoot(life: LifeIn<'booting'>, event: LifeEvent): Transition | undefined {
  const fresh = life.rebooted || (event.kind === 'script' && event.newBoot)
  return fresh || life.alive ? undefined : { life }
}

export function newBoot(life: LifeIn<'booting'>): Transition | undefined {
  return life.rebooted ? undefined : { life: { ...life, rebooted: true } }
}

/** It showed signs of life and netboots nevertheless: it gets its disk, and has 10 minutes. */
export function comeBack(
  life: LifeIn<'booting' | 'installing'>,
  _event: LifeEvent,
  _rules: Rules,
  now: number,
): Transition | undefined {
  if (isSilent(life)) return undefined
  if (life.cameBack !== undefined) return { life }
  return {
    life: { ...life, cameBack: now },
    note: { kind: 'note', code: 'came-back', data: {} },
  }
}

/** The installer is still at work: whoever netbooted was another machine with its MAC. */
export function stillAtWork(life: LifeIn<'booting' | 'installing'>): Transition | undefined {
  if (isSilent(life)) return undefined
  const { cameBack, ...rest } = life
  return cameBack === undefined ? undefined : { life: rest }
}

/** An earlier boot speaks before a later one did: it is the one that runs. */
export function takeOver(life: LifeIn<'booting'>, event: LifeEvent): Transition | undefined {
  if (event.kind !== 'living' || life.alive) return undefined
  return { life: { ...life, attempt: event.attempt } }
}
