import { amount, countOf } from '../../base/amount.ts'
import type { EventData } from '../event.ts'
import type { EraseReasons } from '../reasons/erase.ts'
import type { ReasonWords } from './word.ts'

/** Why disks are not erased, and that they are. */
export const eraseWords: ReasonWords<keyof EraseReasons> = {
  'erase-expects-nothing': ({ profile }) =>
    `${profile} erases the disks that \`expect.disk\` covers, and there is none: say which disk it is, or that all are to be erased`,
  'disk-not-expected': ({ disks }) =>
    `\`expect.disk\` does not cover ${disks.join('; ')}: none is erased unless all are asked for`,
  'disks-erased': ({ disks }) => `erased: ${countOf(disks, 'disk')} read as zeros`,
  'disks-not-erased': ({ disks }) =>
    `not erased: ${disks.join('; ') || 'the agent did not say that it was ready'}`,
}

const ways: Record<EventData['note']['disk-erased']['methods'][number], string> = {
  'nvme-format': 'NVMe format',
  'ata-secure-erase': 'ATA secure erase',
  discard: 'discard',
  overwrite: 'zeros from end to end',
}

/** `/dev/vda, serial S, 500.1 GB`. */
export function writtenDisk(of: {
  readonly disk: string
  readonly serial?: string | null
  readonly size: number
}): string {
  const { disk, serial, size } = of
  return `${disk}${serial == null ? '' : `, serial ${serial}`}, ${amount(size)}`
}

/** Which disk, what was done to it, and how that was seen. */
export function erasedWords(
  { methods, checked, readBack, ...disk }: EventData['note']['disk-erased'],
  end: string,
): string {
  const how = methods.map(method => ways[method]).join(', then ') || 'nothing was done to it'
  const seen =
    checked === 'none'
      ? 'not read back'
      : `read back ${checked === 'whole' ? 'whole' : `at many points, ${amount(readBack)}`}`
  return `${writtenDisk(disk)} ${end}: ${how}; ${seen}`
}
