import { startIn } from '../../boot/life.ts'
import type { Reason } from '../../boot/reason.ts'
import { sentenceOf } from '../../boot/words/reason.ts'
import type { HostCase, Rule } from '../case.ts'
import { ago } from '../evidence.ts'

interface Trouble {
  readonly why: Reason
  /** Epoch milliseconds. */
  readonly at: number
}

/** The last that was heard of its power is that it could not be asked, or its start came to nothing for that. */
function troubleOf({ heard, life }: HostCase): Trouble | undefined {
  if (heard?.ok === false) return heard
  const start = startIn(life)
  if (start?.step === 'failed') return { why: start.why, at: start.since }
  if (life.state !== 'failed' || life.why.code !== 'not-started') return undefined
  return { why: life.why.because, at: life.since }
}

interface Finding {
  readonly id: string
  readonly title?: string
  readonly advice: string
}

const unreachable: Finding = {
  id: 'bmc-unreachable',
  advice:
    'See that `power: { address }` at the host, or the URL of its way, is that of its BMC or plug, that this has power and a cable, and that this machine reaches its network: BMCs often have one of their own. A BMC that hangs is reset by taking the power cord out for a minute.',
}

/** What is known of the usual causes; of all others what it says itself is told. */
function findingOf({ code }: Reason, host: string): Finding {
  switch (code) {
    case 'bmc-unreachable':
    case 'bmc-slow':
      return unreachable
    case 'bmc-login':
      return {
        id: 'bmc-login',
        advice:
          'Log in by hand with that user and the password of its `passwordFile`. A user may need a right of its own for IPMI or Redfish, and many BMCs lock it for some minutes after wrong passwords.',
      }
    case 'bmc-certificate':
      return {
        id: 'bmc-certificate',
        title: 'Its BMC shows another certificate than before',
        advice: `If the BMC was reset, replaced or got a new firmware, \`bootwright bmc trust ${host}\` shows both certificates and keeps the new one. If not, somebody else answers at its address.`,
      }
    case 'power-program':
      return {
        id: 'power-fails',
        advice:
          'Run that program by hand, as the user of the daemon and from the folder of the config.',
      }
    case 'power-disobeys':
      return {
        id: 'power-fails',
        advice: `See what the machine does; some BMCs need a reset of their own. \`bootwright power status ${host}\` asks again.`,
      }
    case 'kexec-refused':
    case 'running-nowhere':
    case 'not-proved':
      return {
        id: 'kexec-refused',
        advice:
          'Log in by hand as `running` of the host says, with its key, and try there `curl -sS http://SERVER:8080/kexec | sh -s -- --dry-run` (docs/media.md). Without `--by kexec` it is started by its `power`, or by somebody.',
      }
    default:
      return {
        id: 'power-fails',
        advice: `See what it says, and the way \`power\` in the config (docs/power.md). \`bootwright power status ${host}\` asks again.`,
      }
  }
}

/** What switches the machine, or the system that is to kexec, cannot be asked or refuses. */
export const bmcTrouble: Rule = about => {
  const { host, heard, now } = about
  const trouble = troubleOf(about)
  if (!(host.power || host.running) || !trouble) return undefined
  const { why, at } = trouble
  const sentence = sentenceOf(why)
  const { id, title = sentence, advice } = findingOf(why, host.name)
  const since = heard?.ok ? [`${ago(now - heard.at)}: it answers, and is ${heard.state}`] : []
  return { id, title, evidence: [`${ago(now - at)}: ${sentence}`, ...since], advice }
}
