import { amount } from '../base/amount.ts'
import { configOf, isProbe } from '../boot/loaders/table.ts'
import type { TftpEvent } from '../tftp/event.ts'
import { plainName } from '../tftp/files.ts'

/** What a request over TFTP means to somebody who reads a timeline. */
export interface TftpLine {
  readonly text: string
  /** The name in its plain form. */
  readonly file: string
  /** Nobody needs to know. */
  readonly isQuiet: boolean
  /** The boot decision has told it already. */
  readonly isConfig: boolean
  /** The path under which HTTP serves the same file. */
  readonly url?: string
}

export function tftpLine({ kind, name, bytes = 0, ms = 0, reason }: TftpEvent): TftpLine {
  const found = plainName(name)
  const plain = typeof found === 'string' ? found : ''
  const text =
    kind === 'done'
      ? `TFTP: ${name} sent, ${amount(bytes)} in ${(ms / 1000).toFixed(1)} s`
      : `TFTP: ${name} ${kind === 'start' ? 'started' : kind}${reason ? `: ${reason}` : ''}`
  return {
    text,
    file: plain,
    isQuiet: kind === 'start' || (kind === 'refused' && isProbe(plain)),
    isConfig: kind === 'done' && configOf(plain) !== undefined,
    ...(plain.startsWith('assets/') && { url: `/${plain}` }),
  }
}
