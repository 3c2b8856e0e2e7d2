import type { PowerState } from '../boot/power.ts'

const onWords = /(?<![\w-])(?:on|running|true|up)(?![\w-])/i
const offWords = /(?<![\w-])(?:off|stopped|false|down)(?![\w-])/i

/**
 * What a plug's or a program's answer says: by the texts that the config gives, else by the words that
 * such answers have (`on`, `running`, `true`, `shut off` …, or a bare 1 or 0). Both or none of them is `unknown`.
 */
export function stateIn(text: string, given: { isOn?: string; isOff?: string } = {}): PowerState {
  const { isOn, isOff } = given
  if (isOn !== undefined || isOff !== undefined) {
    const on = isOn !== undefined && text.includes(isOn)
    const off = isOff !== undefined && text.includes(isOff)
    if (on !== off) return on ? 'on' : 'off'
    if (on || (isOn !== undefined && isOff !== undefined)) return 'unknown'
    return isOn === undefined ? 'on' : 'off'
  }
  const bare = text.trim()
  if (bare === '1' || bare === '0') return bare === '1' ? 'on' : 'off'
  const on = onWords.test(text)
  return on === offWords.test(text) ? 'unknown' : on ? 'on' : 'off'
}
