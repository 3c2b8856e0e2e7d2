import type { Rule } from '../case.ts'
import { after, fetchedLoader, isAlive, lastOf, seen } from '../evidence.ts'
import type { Step, StepOf } from '../step.ts'

/** Firmware comes for its file within seconds of the ACK. */
const patience = 20_000

/** It has its address and knows what to load, and never came for it. */
export const notFetched: Rule = ({ steps, now }) => {
  const told = lastOf(steps, 'dhcp', step => isTold(step) && (step.answer === 'ack' || step.proxy))
  if (!told || now - told.lastAt < patience) return undefined
  const since = after(steps, told)
  if (since.some(step => isAlive(step) || fetchedLoader(step) !== undefined)) return undefined
  // Beside another DHCP server, that one must have given it an address first.
  const took = told.answer === 'ack' ? told : since.find(isTaking)
  if (!took) return undefined
  const evidence = [told, ...(took === told ? [] : [took])].map(step => seen(step, now))
  return { id: 'not-fetched', evidence, ...wordsFor(told) }
}

function isTold({ boot }: StepOf<'dhcp'>): boolean {
  return boot === 'load' || boot === 'chain' || boot === 'image'
}

function isTaking(step: Step): boolean {
  return step.kind === 'foreign' || (step.kind === 'dhcp' && step.asked === 'request')
}

function wordsFor({ boot, stage, proxy }: StepOf<'dhcp'>): { title: string; advice: string } {
  const byHttp =
    'Something between it and us drops HTTP: open the port of `http.port` on this machine’s firewall, and see that it reaches the network’s serverAddress.'
  if (boot === 'chain') {
    return { title: 'iPXE was told where its script is, and never asked for it', advice: byHttp }
  }
  const title = 'It has its address and was told its boot file, and never came for it'
  if (stage === 'http-firmware') return { title, advice: byHttp }
  const ports = proxy ? 'UDP port 4011 or 69' : 'UDP port 69'
  const binl = proxy
    ? ' Some UEFI firmware takes the file only on port 4011: try `uefi: binl` at the host.'
    : ''
  return {
    title,
    advice: `Something between it and us drops ${ports}: open it on this machine’s firewall, and see that the machine reaches the network’s serverAddress.${binl}`,
  }
}
