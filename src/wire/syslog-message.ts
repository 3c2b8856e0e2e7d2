/** What a syslog datagram says, whichever of its dialects it is written in. */
export interface SyslogMessage {
  readonly severity: Severity
  /** The program, with its process id where it says one. */
  readonly app?: string
  /** One printable line. */
  readonly text: string
}

const severities = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug'] as const
export type Severity = (typeof severities)[number]

const longest = 1024
/** `<PRI>`: facility * 8 + severity; RFC 3164 section 4.1.1. */
const priority = /^<(\d{1,3})>/
/** What a message without a priority has. */
const userNotice = 13
/** RFC 5424 section 6: version, timestamp, host, program, process id, message id. */
const header5424 = /^1 (\S+) (\S+) (\S+) (\S+) (\S+) ?/
/** RFC 3164 section 4.1.2; rsyslog also writes it with a timestamp of RFC 3339. */
const timestamp3164 =
  /^(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d))\s+/
/** The program, as `sshd[12]:`. busybox leaves out the host before it, the kernel both. */
const tag = /^(?:(?![^\s:[\]]+(?:\[[^\]]*\])?: )\S+ )?([\w./-]{1,48})(\[[^\]]{1,16}\])?: ?/

/**
 * Reads a datagram of RFC 5424, of RFC 3164 as it is really written, or of nothing at all; what cannot
 * be told apart is text. Undefined for one that says nothing.
 */
export function readSyslog(bytes: Uint8Array): SyslogMessage | undefined {
  const whole = new TextDecoder().decode(bytes.subarray(0, 4 * longest))
  const [head = '', number] = priority.exec(whole) ?? []
  const value = Number(number ?? userNotice)
  const isPriority = value < 192
  const severity = severities[(isPriority ? value : userNotice) & 7] ?? 'notice'
  const rest = isPriority ? whole.slice(head.length) : whole
  const said = read5424(rest) ?? read3164(rest)
  const text = lineOf(said.text)
  if (text === '') return undefined
  return { severity, ...(said.app !== undefined && { app: lineOf(said.app) }), text }
}

interface Said {
  readonly app?: string
  readonly text: string
}

function read5424(rest: string): Said | undefined {
  const [head, , , app = '-', id = '-'] = header5424.exec(rest) ?? []
  if (head === undefined) return undefined
  const text = afterData(rest.slice(head.length)).replace(/^\uFEFF/, '')
  if (app === '-') return { text }
  return { app: id === '-' ? app : `${app}[${id}]`, text }
}

/** What follows the structured data: `-`, or `[id name="value"]…` with `\]` inside (section 6.3). */
function afterData(text: string): string {
  const [data = ''] = /^(?:-|(?:\[(?:[^\]\\]|\\.)*\])+)/.exec(text) ?? []
  return text.slice(data.length)
}

function read3164(rest: string): Said {
  const stamp = timestamp3164.exec(rest)?.[0] ?? ''
  const body = rest.slice(stamp.length)
  const [head, name, id = ''] = tag.exec(body) ?? []
  // Without a timestamp a word and a colon may be anything, such as `error: no disk`.
  if (head === undefined || (stamp === '' && id === '')) return { text: body }
  return { app: `${name}${id}`, text: body.slice(head.length) }
}

function lineOf(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\uFFFD]+/gu, ' ')
    .trim()
    .slice(0, longest)
}
