import { ordinal } from '../../base/amount.ts'
import type { EventData } from '../event.ts'
import type { CallbackData, PhoneHomeData, StateData } from '../event-data.ts'
import type { HostState, PhoneHomeEvent } from '../host-state.ts'
import { erasedWords, writtenDisk } from './erase.ts'
import type { EventWords, Say } from './word.ts'

const heard =
  (event: PhoneHomeEvent) =>
  ({ percent, message, left }: PhoneHomeData, say: Say) => {
    const howFar = percent === undefined ? '' : ` ${percent} %`
    return `${event}${howFar}${message === undefined ? '' : `: ${message}`}${left ? ` (${say(left)})` : ''}`
  }

export const phoneHomeWords: EventWords<'phone-home'> = {
  ready: heard('ready'),
  progress: heard('progress'),
  done: heard('done'),
  failed: heard('failed'),
  up: heard('up'),
  again: heard('again'),
}

/** `booting -> installing: the installer is ready, deploy installs` */
const entered = ({ from, to, why }: StateData, say: Say) =>
  `${from} -> ${to}${why ? `: ${say(why)}` : ''}`

export const stateEvents: Record<HostState, typeof entered> = {
  idle: entered,
  pending: entered,
  booting: entered,
  installing: entered,
  verifying: entered,
  installed: entered,
  failed: entered,
}

export const noteEvents: EventWords<'note'> = {
  'came-back': () =>
    'came back: it netboots while its installer should be at work, and gets its disk',
  'deploy-decides': ({ event }) => `${event} noted: the end of deploy decides`,
  'up-before-deployed': () => 'the installed system is up; deploy has not ended yet',
  'writes-image': ({ image, ...disk }) =>
    `${image} is written onto ${writtenDisk(disk)}: what was on it is lost`,
  'captures-disk': ({ image, ...disk }) =>
    `${writtenDisk(disk)} is read, and becomes the image ${image}`,
  'erases-disks': ({ disks }) =>
    `these disks are erased, what is on them is lost: ${disks.join('; ')}`,
  'disk-erased': data => erasedWords(data, 'is erased'),
  'disk-not-erased': data => `${erasedWords(data, 'is NOT erased')}: ${data.why}`,
  'late-end': ({ event }) => `late: ${event} came after the install had failed by time`,
  'moved-in': ({ mac, by, before = [] }) =>
    `${mac} is this host, by its ${by}${before.length > 0 ? `, in place of ${before.join(', ')}` : ''}`,
  'moved-out': ({ mac }) => `${mac} is not this host any more`,
  'starts-over': ({ why }, say) => `it is started once more: ${say(why)}`,
  'starts-next': ({ attempt, why }, say) => `it is started for attempt ${attempt}: ${say(why)}`,
}

const called = ({ callback, event }: CallbackData) => `${callback} (${event})`

const failure = ({ why, error = '' }: EventData['callback']['failed'], say: Say) =>
  why ? say(why) : error

export const callbackEvents: EventWords<'callback'> = {
  started: data => `${called(data)} started: ${data.title}`,
  waits: data => `${called(data)} waits for a free place, ${ordinal(data.place)} in the line`,
  delivered: data => `${called(data)} delivered`,
  'not-delivered': (data, say) =>
    `${called(data)} not delivered: ${failure(data, say)}; tried again with growing pauses`,
  undelivered: (data, say) => `${called(data)} undelivered after 24 h: ${failure(data, say)}`,
  broken: (data, say) => `${called(data)} cannot be made: ${failure(data, say)}`,
  ended: data => `${called(data)} ended well`,
  failed: (data, say) => `${called(data)} ended: ${failure(data, say)}`,
  resumed: data =>
    `${called(data)} ended with the daemon: goes on if the same boot still proves itself`,
}

export const outputEvents: EventWords<'output'> = {
  line: ({ line }) => line,
  dropped: ({ count }) => `${count} lines left out: too many at once`,
  cut: () => 'more output is not kept',
}

export const syslogEvents: EventWords<'syslog'> = {
  line: ({ line }) => line,
  dropped: ({ count }) => `${count} lines of syslog were left out: too many at once`,
}

export const sshEvents: EventWords<'ssh'> = {
  unproved: ({ address, why }, say) => `${address ?? 'It'} ${say(why)}`,
  proved: ({ address, attempt, bootId }) =>
    `${address} has proved itself: the URL of attempt ${attempt} on its command line, a MAC of the host, boot ${bootId}`,
  answers: ({ address }) => `${address} answers from another boot`,
}
