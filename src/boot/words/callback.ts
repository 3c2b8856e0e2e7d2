import type { CallbackReasons } from '../reasons/callback.ts'
import type { ReasonWords } from './word.ts'

/** Why a callback did not go well. */
export const callbackWords: ReasonWords<keyof CallbackReasons> = {
  'template-failed': ({ error }) => error,
  'answered-status': ({ status }) => `the receiver answered ${status}`,
  'no-answer-in-time': ({ seconds }) => `no answer within ${seconds} s`,
  'request-failed': ({ error, errno }) =>
    errno && !error.includes(errno) ? `${errno}: ${error}` : error,
  'cannot-run': ({ program, error }) => `cannot run ${program}: ${error}`,
  'cannot-prepare': ({ error }) => error,
  'exit-code': ({ exit }) => `exit code ${exit}`,
  'ended-by-signal': ({ signal }) => `ended by ${signal}`,
  'ran-too-long': ({ seconds }) => `it ran longer than ${seconds} s`,
  'step-too-long': ({ step, seconds }) => `${step} took longer than ${seconds} s`,
  'install-ended': () => 'the install has ended',
  'daemon-stops': () => 'the daemon stops',
  'daemon-restarted': () => 'the daemon was restarted',
  'daemon-restarted-meanwhile': () => 'the daemon was restarted while it ran',
  'daemon-restarted-deploying': () => 'the daemon was restarted while deploy ran',
  'taken-back': () => 'it was taken back',
  'attempt-over': () => 'its attempt is over',
  'no-process': () => 'it is no process',
  'nowhere-found': () => 'is nowhere to be found',
}
