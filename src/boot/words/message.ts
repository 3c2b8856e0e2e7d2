import type { MessageReasons } from '../reasons/message.ts'
import type { ReasonWords } from './word.ts'

const kib = (bytes: number) => `${Math.ceil(bytes / 1024)} KiB`

/** What of a machine's message was not kept. */
export const messageWords: ReasonWords<keyof MessageReasons> = {
  'facts-too-many': ({ count, most }) => `${count} facts were left out: at most ${most} are kept`,
  'facts-too-deep': () => 'its facts were left out: they are nested too deep',
  'facts-too-large': ({ bytes, most }) =>
    `${kib(bytes)} of facts were left out: at most ${kib(most)} are kept`,
  'body-not-kept': ({ bytes }) => `${kib(bytes)} were sent with it and not kept`,
  'text-not-kept': ({ bytes }) => `${kib(bytes)} of text were sent with it and not kept`,
  'files-not-kept': () => 'the files that were sent with it were not kept',
  'form-too-long': ({ most }) => `of its form only ${most} fields were kept`,
  'form-cut': () => 'its form was cut',
}
