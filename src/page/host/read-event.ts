import type { HostEvent } from '../../api/events.ts'
import type { Line } from './chapter.ts'

const askers = new Map([
  ['firmware', 'The firmware'],
  ['http-firmware', 'The firmware (HTTP boot)'],
  ['ipxe', 'iPXE'],
])

const questions = new Map([
  ['DISCOVER', 'asks'],
  ['REQUEST', 'takes the offer'],
  ['INFORM', 'asks what else there is'],
  ['RELEASE', 'gives its address back'],
  ['DECLINE', 'says that somebody else has the address'],
])

/** What the daemon's line `DHCP ASKED (stage, arch) -> ANSWER: reason` says, piece by piece. */
export function readDhcp(text: string) {
  const match = /^DHCP (\w+)(?: \(([\w-]+), ([\w-]+)\))?(?: -> ([^:]+))?(?:: (.*))?$/s.exec(text)
  if (!match) return undefined
  const [, asked = '', stage, arch, answer, reason = ''] = match
  return { asked, stage, arch, answer, reason }
}

/** A line of the timeline as one would tell it, with what belongs into the margin. */
export function readEvent(event: HostEvent): Line {
  const { kind, text } = event
  switch (kind) {
    case 'dhcp':
      return dhcpLine(text)
    case 'tftp':
      return { label: 'TFTP', text: text.replace(/^TFTP: /, ''), tone: toneOf(text) }
    case 'asset':
      return { label: 'HTTP', text: text.replace(/^HTTP: /, ''), tone: toneOf(text) }
    case 'script':
      return scriptLine(text)
    case 'file':
      return { label: 'answer', text, tone: 'plain' }
    case 'state':
      return stateLine(text)
    case 'phone-home':
      return { label: 'machine', text: text.replace(/^progress /, ''), tone: toneOf(text) }
    case 'callback':
      return { label: 'callback', text, tone: toneOf(text) }
    case 'stranger':
    case 'conflict':
    case 'rival':
      return { label: kind, text, tone: 'bad' }
    default:
      return { label: kind, text, tone: 'plain' }
  }
}

export function dhcpLine(text: string): Line {
  const told = readDhcp(text)
  if (!told) return { label: 'DHCP', text, tone: /may win over ours/.test(text) ? 'warn' : 'plain' }
  const who = told.stage === undefined ? 'It' : (askers.get(told.stage) ?? 'It')
  const what = questions.get(told.asked) ?? `sends a DHCP ${told.asked}`
  const given = told.answer === undefined ? 'no answer' : answerOf(told.answer)
  return {
    label: 'DHCP',
    text: `${who} ${what} → ${given}`,
    // Why a host is in its state is told where it came into it.
    why: told.reason.replace(/^no reply: /, '').replace(/^(\S+ is \w+): .*$/s, '$1'),
    tone: 'plain',
  }
}

const answers = new Map([
  ['OFFER', 'offered'],
  ['ACK', 'confirmed'],
  ['NAK', 'refused'],
])

/** Reads `proxy OFFER 10.0.0.5, loader undionly.kpxe` */
function answerOf(answer: string) {
  const [, type = '', address, boot] = /^(?:proxy )?(\w+) ?([\d.]+)?(?:, (.*))?$/.exec(answer) ?? []
  const what = [address, boot === 'boot your disk' ? 'its disk' : boot].filter(Boolean)
  return `${answers.get(type) ?? type} ${what.join(', ')}`
}

/** Reads `script: boot your disk: node1 is installed` */
function scriptLine(text: string): Line {
  const [, what = 'script', why] = /^(.*?): boot your disk: (.*)$/s.exec(text) ?? []
  if (why !== undefined) return { label: what, text: 'Sent to its disk', why, tone: 'plain' }
  const tone = text.startsWith('no script') ? 'bad' : 'plain'
  return { label: 'script', text: text.replace(/^script: /, ''), tone }
}

/** Reads `booting -> installing: the installer is ready` */
function stateLine(text: string): Line {
  const [, state = '', why = text] = /^\S+ -> (\S+?): (.*)$/s.exec(text) ?? []
  return { label: 'state', text: why, state, tone: state === 'failed' ? 'bad' : 'plain' }
}

const trouble =
  /\b(failed|refused|not served|not delivered|undelivered|gave up|timed out)\b|\bended: /

function toneOf(text: string): Line['tone'] {
  return trouble.test(text) ? 'bad' : 'plain'
}
