import type { ContentOf } from '../boot/event.ts'
import type { TftpEvent } from '../tftp/event.ts'

/** How a request by TFTP ended; `file` is its name in the plain form. What HTTP serves too is an asset. */
export function tftpEvent(
  { name, bytes, size, ms, why }: TftpEvent,
  code: 'done' | 'failed' | 'refused',
  file: string,
): ContentOf<'tftp' | 'asset'> {
  if (!file.startsWith('assets/')) {
    const amounts = {
      ...(bytes !== undefined && { bytes }),
      ...(size !== undefined && { size }),
      ...(code === 'done' && ms !== undefined && { ms }),
    }
    return { kind: 'tftp', code, data: { name, ...amounts, ...(why && { why }) } }
  }
  const data = { url: `/${file}`, by: 'tftp' } as const
  if (code === 'done') {
    const sent = { ...(size !== undefined && { size }), ...(ms !== undefined && { ms }) }
    return { kind: 'asset', code: 'sent', data: { ...data, ...sent } }
  }
  const failed = { ...data, why: why ?? ({ code: 'internal-error' } as const) }
  return { kind: 'asset', code: code === 'failed' ? 'failed' : 'missing', data: failed }
}
