import type { Delivery } from '../../boot/install.ts'
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
  return `${callback} (${event}, ${ago(now - createdAt)}): tried ${times}: ${error}${end}`
}

function adviceOf({ error = '', target }: Delivery): string {
  if (target.kind === 'broken')
    return 'Correct the template of the callback; it names something that this install does not have.'
  if (target.kind === 'command') {
    if (/cannot run/.test(error)) {
      return `See that ${target.run[0]} exists, can be executed by the daemon’s user, and that its interpreter is installed.`
    }
    if (/ran longer/.test(error))
      return 'Give it more time with `timeout` at the callback, or find out what it waits for: its output is in the timeline.'
    return 'Its output is in the timeline (`bootwright events HOST`). Run it by hand as the daemon’s user with the same arguments.'
  }
  if (/ECONNREFUSED|ECONNRESET/.test(error))
    return 'Nothing listens at its URL: start the receiver, or correct the URL.'
  if (/ENOTFOUND|EAI_AGAIN/.test(error))
    return 'Its host name is not known here: correct the URL, or this machine’s DNS.'
  if (/\b4\d\d\b/.test(error))
    return 'The receiver refuses the message: see its log, its URL and the secret that signs it.'
  return 'See the receiver’s log, and that this machine reaches it.'
}
