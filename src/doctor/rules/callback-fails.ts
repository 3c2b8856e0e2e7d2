import type { Delivery } from '../../boot/install.ts'
import type { Reason } from '../../boot/reason.ts'
import { sentenceOf } from '../../boot/words/reason.ts'
import type { Rule } from '../case.ts'
import { ago } from '../evidence.ts'

/** A callback was tried in vain, and why. */
export const callbackFails: Rule = ({ deliveries, now }) => {
  const failed = deliveries.filter(
    ({ error, state }) => error !== undefined && state !== 'delivered',
  )
  const [first] = failed
  if (!first) return undefined
  return {
    id: 'callback-fails',
    title:
      first.role === 'deploy'
        ? `The callback ${first.callback}, which installs, failed`
        : `The callback ${first.callback} fails`,
    evidence: failed.slice(0, 5).map(delivery => wordsOf(delivery, now)),
    advice: adviceOf(first),
  }
}

function wordsOf({ callback, event, state, tries, error, createdAt }: Delivery, now: number) {
  const end = state === 'due' ? ', it is tried again' : ''
  const times = tries === 1 ? 'once' : `${tries} times`
  const why = error ? sentenceOf(error) : ''
  return `${callback} (${event}, ${ago(now - createdAt)}): tried ${times}: ${why}${end}`
}

function adviceOf({ error, target }: Delivery): string {
  if (target.kind === 'broken')
    return 'Correct the template of the callback; it names something that this install does not have.'
  const why = error?.code === 'command-failed' ? error.because : error
  return target.kind === 'webhook' ? ofWebhook(why) : ofCommand(why)
}

function ofCommand(why: Reason | undefined): string {
  switch (why?.code) {
    case 'cannot-run':
      return `See that ${why.program} exists, can be executed by the daemon’s user, and that its interpreter is installed.`
    case 'ran-too-long':
      return 'Give it more time with `timeout` at the callback, or find out what it waits for: its output is in the timeline.'
    default:
      return 'Its output is in the timeline (`bootwright events HOST`). Run it by hand as the daemon’s user with the same arguments.'
  }
}

function ofWebhook(why: Reason | undefined): string {
  const errno = why?.code === 'request-failed' ? why.errno : undefined
  if (errno === 'ECONNREFUSED' || errno === 'ECONNRESET')
    return 'Nothing listens at its URL: start the receiver, or correct the URL.'
  if (errno === 'ENOTFOUND' || errno === 'EAI_AGAIN')
    return 'Its host name is not known here: correct the URL, or this machine’s DNS.'
  if (why?.code === 'answered-status' && why.status >= 400 && why.status < 500)
    return 'The receiver refuses the message: see its log, its URL and the secret that signs it.'
  return 'See the receiver’s log, and that this machine reaches it.'
}
