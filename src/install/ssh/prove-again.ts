import { setTimeout as sleep } from 'node:timers/promises'
import type { Attempt, Delivery, Install } from '../../boot/install.ts'
import type { Reason } from '../../boot/reason.ts'
import { formatIpAddress } from '../../wire/ip-address.ts'
import type { InstallDeps } from '../deps.ts'
import { addressesToTry, type Proved, prove, type Unproved } from './prove.ts'

/** Seconds that a machine which was ready has to prove itself once more, just before its deploy. */
const patience = 30
const pauseMs = 2000

/** The boot that a delivery is for. */
export interface BootToProve {
  readonly install: Install
  readonly attempt: Attempt
}

type ProveAgainDeps = Pick<InstallDeps, 'memory' | 'logins' | 'addressesOf' | 'whyNoTarget' | 'now'>

/** Again and again until it proves itself, or is another boot, or the deploy has been taken back. */
export async function proveAgain(
  delivery: Delivery,
  boot: BootToProve,
  deps: ProveAgainDeps,
): Promise<Proved | { readonly refused: Reason }> {
  const wasCut = delivery.tries > 0
  const refusal = (because: Reason) => ({
    refused: wasCut ? ({ code: 'restarted-and', because } as const) : because,
  })
  const end = deps.now() + patience * 1000
  for (;;) {
    const found = await proveSomewhere(boot, deps, wasCut)
    if (!('why' in found)) return found
    if (found.final || deps.now() > end) return refusal(found.why)
    if (!deps.memory.deliveries.isRunning(delivery.id)) return refusal({ code: 'taken-back' })
    await sleep(pauseMs)
  }
}

/** Tries each place once. It is final where the machine was that proved itself before. */
async function proveSomewhere(
  { install, attempt }: BootToProve,
  deps: ProveAgainDeps,
  hush: boolean,
): Promise<Proved | Unproved> {
  let last: Reason = { code: 'nowhere-found' }
  for (const address of addressesToTry(install, attempt, deps)) {
    const found = await prove(install, attempt, address, deps, hush)
    if (!('why' in found)) return found
    last = { code: 'not-proved', address: formatIpAddress(address), because: found.why }
    if (found.final && attempt.proof?.address === address) return { why: last, final: true }
  }
  return { why: last }
}
