import type { EventContent, EventKind } from '../event.ts'
import {
  assetEvents,
  fileEvents,
  firmwareEvents,
  loaderEvents,
  progressEvents,
  scriptEvents,
  strangerEvents,
  tftpEvents,
} from './boot-events.ts'
import {
  adminEvents,
  checksumEvents,
  conflictEvents,
  reloadEvents,
  rivalEvents,
  wakeEvents,
} from './daemon-events.ts'
import { dhcpEvents } from './dhcp.ts'
import {
  callbackEvents,
  noteEvents,
  outputEvents,
  phoneHomeWords,
  sshEvents,
  stateEvents,
  syslogEvents,
} from './install-events.ts'
import { powerEvents } from './power.ts'
import { sentenceOf } from './reason.ts'
import type { EventWords, Say } from './word.ts'

const words: { readonly [K in EventKind]: EventWords<K> } = {
  dhcp: dhcpEvents,
  tftp: tftpEvents,
  asset: assetEvents,
  progress: progressEvents,
  script: scriptEvents,
  file: fileEvents,
  'phone-home': phoneHomeWords,
  state: stateEvents,
  note: noteEvents,
  callback: callbackEvents,
  output: outputEvents,
  syslog: syslogEvents,
  stranger: strangerEvents,
  rival: rivalEvents,
  conflict: conflictEvents,
  admin: adminEvents,
  reload: reloadEvents,
  wake: wakeEvents,
  checksum: checksumEvents,
  ssh: sshEvents,
  firmware: firmwareEvents,
  loader: loaderEvents,
  power: powerEvents,
}

type Word = (data: unknown, say: Say) => string

function wordOf(kind: string, code: string): Word | undefined {
  if (!Object.hasOwn(words, kind)) return undefined
  const ofKind = words[kind as EventKind] as unknown as Readonly<Record<string, Word>>
  return Object.hasOwn(ofKind, code) ? ofKind[code] : undefined
}

/** The line of a timeline for people. What a newer version has recorded is shown by its code. */
export function textOf({ kind, code, data }: EventContent): string {
  return wordOf(kind, code)?.(data, sentenceOf) ?? `${kind}: ${code}`
}

/** Whether this version knows such events. */
export function isKnownEvent(kind: string, code: string): boolean {
  return wordOf(kind, code) !== undefined
}
