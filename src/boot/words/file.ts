import type { FileReasons } from '../reasons/file.ts'
import type { ReasonWords } from './word.ts'

/** Why a download did not come to its end, or never began. */
export const fileWords: ReasonWords<keyof FileReasons> = {
  'no-answer': () => 'no answer',
  'no-ack': ({ block }) => `no ACK after block ${block}`,
  'no-last-ack': () => 'the last ACK did not come',
  'no-progress': () => 'no progress',
  'client-stopped': ({ message }) => `the client stopped: ${message}`,
  'client-asked-anew': () => 'the client asked anew',
  'file-missing': ({ message }) => message,
  'file-refused': ({ message }) => message,
}
