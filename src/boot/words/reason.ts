import type { Reason, ReasonCode } from '../reason.ts'
import { bootWords } from './boot.ts'
import { callbackWords } from './callback.ts'
import { captureWords } from './capture.ts'
import { consoleWords } from './console.ts'
import { dhcpWords } from './dhcp-reason.ts'
import { eraseWords } from './erase.ts'
import { fileWords } from './file.ts'
import { lifeWords } from './life.ts'
import { messageWords } from './message.ts'
import { powerWords } from './power.ts'
import { routerWords } from './router.ts'
import { runningWords } from './running.ts'
import { specWords } from './spec.ts'
import { sshWords } from './ssh.ts'
import { strangerWords } from './stranger.ts'
import { wishWords } from './wish.ts'
import type { ReasonWords, Say } from './word.ts'

const words: ReasonWords<ReasonCode> = {
  ...lifeWords,
  ...bootWords,
  ...dhcpWords,
  ...fileWords,
  ...eraseWords,
  ...captureWords,
  ...specWords,
  ...messageWords,
  ...sshWords,
  ...callbackWords,
  ...strangerWords,
  ...powerWords,
  ...routerWords,
  ...runningWords,
  ...consoleWords,
  ...wishWords,
  'not-proved': ({ address, because }, say) => `${address} ${say(because)}`,
  'restarted-and': ({ because }, say) =>
    `the daemon was restarted while deploy ran, and ${say(because)}`,
  'command-failed': ({ because, line }, say) => [say(because), line].filter(Boolean).join('; '),
  'left-out': ({ parts }, say) => parts.map(say).join('; '),
  written: ({ text }) => text,
}

/** A reason for people. A code of a newer version is shown as it is. */
export function sentenceOf(why: Reason): string {
  const word = words[why.code] as ((data: Reason, say: Say) => string) | undefined
  return word && Object.hasOwn(words, why.code) ? word(why, sentenceOf) : why.code
}

/** What an answer carries of its reason: the data for programs, and the sentence made from it. */
export interface Because {
  readonly why: Reason
  readonly reason: string
}

export function because(why: Reason): Because {
  return { why, reason: sentenceOf(why) }
}
