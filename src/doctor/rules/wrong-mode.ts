import { reasonWith } from '../../boot/reason.ts'
import type { Rule } from '../case.ts'
import { after, lastOf, seen } from '../evidence.ts'
import type { StepOf } from '../step.ts'

type StartedStep = Extract<StepOf<'power'>, { readonly code: 'started' }>

/** It was to boot in the mode (UEFI or BIOS) of its last netboot, and did not, or its BMC shows another one. */
export const wrongMode: Rule = ({ steps, now }) => {
  const started = lastOf(steps, 'power', ({ code }) => code === 'started') as
    | StartedStep
    | undefined
  if (!started) return undefined
  const { firmware, doubt } = started
  const asked = lastOf(
    after(steps, started),
    'dhcp',
    ({ stage, arch }) => stage === 'firmware' && arch !== undefined && arch !== 'unknown',
  )
  const isBios = asked?.arch === 'bios'
  const isOther =
    asked !== undefined && firmware !== undefined && isBios !== (firmware.mode === 'bios')
  const notKept = reasonWith(doubt, 'netboot-not-kept')
  if (!isOther && notKept?.of !== 'mode') return undefined
  const mode = firmware?.mode === 'bios' ? 'BIOS' : 'UEFI'
  return {
    id: 'wrong-mode',
    title: isOther
      ? `It was to boot in ${mode} mode, and netbooted in the other one`
      : `Its BMC did not keep that it is to boot in ${mode} mode`,
    evidence: [seen(started, now), ...(asked ? [seen(asked, now)] : [])],
    advice: `A system that is installed in one mode does not boot in the other. Set the mode in its setup (boot mode, CSM) to the one that it is to have; \`arch\` at the host says it for all starts (\`bios\`, \`x64-efi\`).`,
  }
}
