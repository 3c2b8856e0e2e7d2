import { isEfi } from '../../boot/arch.ts'
import type { Rule } from '../case.ts'
import { lastOf, seen } from '../evidence.ts'

/** It is told to load a file that its kind of firmware cannot run. */
export const wrongLoader: Rule = ({ steps, now }) => {
  const told = lastOf(steps, 'dhcp', step => step.boot === 'load')
  if (told?.file === undefined || told.arch === undefined) return undefined
  const file = told.file.toLowerCase()
  const forBios = /\.(?:k?kpxe|pxe|0|bin)$/.test(file)
  const wrong = isEfi(told.arch) ? forBios : told.arch === 'bios' && file.endsWith('.efi')
  if (!wrong) return undefined
  return {
    id: 'wrong-loader',
    title: `${told.file} cannot run on this machine: its firmware is ${told.arch}`,
    evidence: [seen(told, now)],
    advice:
      'Take `loader` out of the host or profile, so that it gets the loader of its firmware, or name one that is made for it. If the machine should boot the other way, change BIOS or UEFI in its setup.',
  }
}
