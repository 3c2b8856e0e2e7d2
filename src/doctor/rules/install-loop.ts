import { cameBackAt, gaveSign } from '../../boot/life.ts'
import type { Rule } from '../case.ts'
import { after, allOf, lastOf, seen, timesOf } from '../evidence.ts'
import type { StepOf } from '../step.ts'

/** So many boots without a sign of life are a loop. */
const many = 3

/** It is given its installer at one boot after the other: the installer dies before it can say anything. */
export const installLoop: Rule = ({ host, steps, life, now }) => {
  const heard = lastOf(steps, 'phone-home')
  const since = heard ? after(steps, heard) : steps
  const scripts = allOf(since, 'script', ({ code }) => code === 'boot')
  const boots = host.profile?.boot === 'always' ? quick(scripts, now) : attempts(scripts)
  if (boots < many || gaveSign(life)) return undefined
  const whole = allOf(since, 'asset', ({ code }) => code === 'sent')
  return {
    id: 'install-loop',
    title: `It got its script at ${boots} boots, and what it boots never said a word`,
    evidence: [
      ...scripts.slice(-3).map(step => seen(step, now)),
      ...whole.slice(-1).map(step => seen(step, now)),
    ],
    advice:
      'What it boots crashes or reboots early: watch its screen or serial console (`console=ttyS0` on the command line). Usual causes: an initrd that does not belong to the kernel, too little memory for the initrd, a missing driver of the network card or disk, an answer file with a mistake.',
  }
}

/** The same boot asks twice and is given the same; each attempt has its number in it. */
function attempts(scripts: readonly StepOf<'script'>[]): number {
  return new Set(scripts.map(({ why }) => JSON.stringify(why))).size
}

/** A diskless machine boots often; within a quarter of an hour it does not do so by itself. */
function quick(scripts: readonly StepOf<'script'>[], now: number): number {
  return timesOf(scripts.filter(({ lastAt }) => now - lastAt < 900_000))
}

/** It netboots again while its installer should be at work. */
export const cameBackInstalling: Rule = ({ life, steps, now }) => {
  if (cameBackAt(life) === undefined) return undefined
  const note = lastOf(steps, 'other', ({ of, code }) => of === 'note' && code === 'came-back')
  const said = lastOf(steps, 'phone-home')
  if (note && said && after(steps, note).includes(said)) return undefined
  return {
    id: 'came-back',
    title: 'It rebooted in the middle of its install',
    evidence: [note, said].flatMap(step => (step ? [seen(step, now)] : [])),
    advice:
      'Its installer crashed or was reset, or it was done and did not say so: let it phone home `done` at its end. It gets its disk until the install is over; `bootwright install --replace` starts it anew.',
  }
}
