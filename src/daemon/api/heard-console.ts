import { given } from '../../base/given.ts'
import { printable } from '../../base/printable.ts'
import { createPlainFilter } from '../../base/terminal-text.ts'
import type { HostState } from '../../boot/host-state.ts'
import type { HostCase } from '../../doctor/case.ts'
import { consoleSign } from '../../doctor/console-sign.ts'
import type { ConsoleDesk } from '../../power/console/desk.ts'

/** Bytes of its end that the doctor reads. */
const readBytes = 64 * 1024

/**
 * What the doctor is told of a console: the end of what its last boot wrote. An install that went well has answered
 * whatever was said during it.
 */
export function heardConsole(
  host: string,
  state: HostState,
  { kept }: Pick<ConsoleDesk, 'kept'>,
): HostCase['console'] {
  const ring = kept(host)
  const last = ring.parts().at(-1)
  if (!last || (state === 'installed' && last.owner)) return undefined
  const filter = createPlainFilter()
  const decoder = new TextDecoder()
  let text = ''
  for (let at = Math.max(last.from, last.to - readBytes); at < last.to; ) {
    const { from, bytes } = ring.read(at, last.to - at)
    if (bytes.length === 0) break
    text += filter(decoder.decode(bytes, { stream: true }))
    at = from + bytes.length
  }
  return { ...given('sign', consoleSign(text.split('\n').map(printable))) }
}
