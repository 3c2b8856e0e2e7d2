import type { HostEvent } from '../../api/events.ts'
import type { ContentOf, EventContent } from '../../boot/event.ts'
import type { DhcpData, PhoneHomeData } from '../../boot/event-data.ts'
import type { StoryLine } from './chapter.ts'

/** What a line is read from. */
export type EventFields = Pick<HostEvent, 'kind' | 'code' | 'data' | 'text' | 'reason'>

/** The event by its kind and code, with the data that goes with them; older lines have none. */
export function contentOfLine({ kind, code, data }: EventFields): EventContent | undefined {
  return code === null || data === undefined ? undefined : ({ kind, code, data } as EventContent)
}

const askers = new Map<string, string>([
  ['firmware', 'The firmware'],
  ['http-firmware', 'The firmware (HTTP boot)'],
  ['ipxe', 'iPXE'],
])

const questions = new Map<string, string>([
  ['discover', 'asks'],
  ['solicit', 'asks by IPv6'],
  ['request', 'takes the offer'],
  ['inform', 'asks what else there is'],
  ['release', 'gives its address back'],
  ['decline', 'says that somebody else has the address'],
])

const answers = {
  offer: 'offered',
  ack: 'confirmed',
  nak: 'refused',
  advertise: 'offered',
  reply: 'confirmed',
  none: 'no answer',
} as const

/** What went wrong, by kind. */
const bad: Readonly<Record<string, readonly string[]>> = {
  tftp: ['failed', 'refused'],
  asset: ['failed', 'missing'],
  script: ['failed'],
  state: ['failed'],
  'phone-home': ['failed'],
  callback: ['not-delivered', 'undelivered', 'broken', 'failed'],
  reload: ['refused'],
  checksum: ['wrong'],
  wake: ['failed', 'no-network'],
  rival: ['warned', 'held'],
}

const labels = new Map<string, string>([
  ['dhcp', 'DHCP'],
  ['tftp', 'file'],
  ['asset', 'file'],
  ['file', 'answer'],
  ['phone-home', 'machine'],
])

/** A line of the timeline as one would tell it, with what belongs into the margin. */
export function readEvent(event: EventFields): StoryLine {
  const { kind, code, reason, text } = event
  const content = contentOfLine(event)
  const isBad = kind === 'stranger' || kind === 'conflict' || bad[kind]?.includes(code ?? '')
  const plain: StoryLine = { label: labels.get(kind) ?? kind, text, tone: isBad ? 'bad' : 'plain' }
  switch (content?.kind) {
    case 'dhcp':
      return dhcpLine(content, event) ?? plain
    case 'state':
      return { ...plain, text: reason ?? text, state: content.code }
    case 'script':
      return scriptLine(content, plain, reason)
    case 'phone-home':
      return content.code === 'progress' ? { ...plain, text: progressOf(content.data) } : plain
    default:
      return plain
  }
}

function scriptLine(
  content: ContentOf<'script'>,
  plain: StoryLine,
  reason: string | undefined,
): StoryLine {
  if (content.code === 'failed') return plain
  const label = content.data.what ?? 'script'
  if (content.code !== 'local') return { ...plain, label, text: reason ?? plain.text }
  return { ...plain, label, text: 'Sent to its disk', ...why(reason) }
}

/** `90 %: cleans up` */
function progressOf({ percent, message }: PhoneHomeData): string {
  return [percent === undefined ? undefined : `${percent} %`, message].filter(Boolean).join(': ')
}

function dhcpLine(
  content: ContentOf<'dhcp'>,
  { text, reason }: EventFields,
): StoryLine | undefined {
  if (content.code === 'foreign') {
    return { label: 'DHCP', text, tone: content.data.boot === undefined ? 'plain' : 'warn' }
  }
  const { data } = content
  const who = askers.get(data.stage ?? '') ?? 'It'
  const what = questions.get(data.asked) ?? `sends a DHCP ${data.asked.toUpperCase()}`
  const line = `${who} ${what} → ${[answers[data.answer], givenOf(data)].filter(Boolean).join(' ')}`
  // Why a host is in its state is told where it came into it.
  const state = data.why?.code === 'host-state' ? `${data.why.host} is ${data.why.state}` : reason
  return { label: 'DHCP', text: line, ...why(state), tone: 'plain' }
}

/** `10.0.0.5, loader undionly.kpxe` */
function givenOf({ answer, address, boot, file }: DhcpData): string {
  const boots = {
    load: `loader ${file}`,
    chain: 'its script',
    image: 'its disc',
    local: 'its disk',
  }
  const booting = answer === 'none' || boot === undefined || boot === 'none' ? '' : boots[boot]
  return [address, booting].filter(Boolean).join(', ')
}

function why(reason: string | undefined): { why?: string } {
  return reason === undefined ? {} : { why: reason }
}
