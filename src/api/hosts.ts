import Type, { type Static } from 'typebox'
import { hostStates } from '../boot/host-state.ts'
import { powerStates } from '../boot/power.ts'
import { callbackRow } from './callbacks.ts'
import { hostEvent } from './events.ts'
import { machineFacts } from './hardware.ts'
import { installRow } from './installs.ts'
import * as v from './values.ts'

/** How far a file went out to the machine. */
export const download = v.closed({
  name: v.text('File name.'),
  url: v.text('URL path.'),
  by: Type.Enum(['http', 'tftp']),
  bytes: Type.Number({ description: 'Bytes of the file that left so far.' }),
  size: Type.Number({ description: 'Bytes of the whole file.' }),
  rate: Type.Number({ description: 'Bytes a second, over the last seconds.' }),
  left: v.nullableNumber('Seconds until its end at this rate; null while nothing moves.'),
  startedAt: v.time(),
  at: v.time('When the last bytes left.'),
  complete: Type.Boolean(),
})
export type Download = Static<typeof download>

/** Nobody is asked for it: it is looked at slowly, and by whoever does something to it. */
const hostPower = v.closed({
  by: v.text('The way to its power.'),
  state: Type.Unsafe<(typeof powerStates)[number] | null>({
    enum: [...powerStates, null],
    description: 'How it was; unknown where the way cannot tell; null where it was not heard.',
  }),
  at: v.nullableTime('When that was; null where it was not asked so far.'),
  reason: v.nullableText('Why it was not heard.'),
  code: v.code(),
})
export type HostPowerRow = Static<typeof hostPower>

const rowProperties = {
  name: v.text(),
  mac: v.nullableText('The first card.'),
  macs: Type.Array(v.text()),
  address: v.nullableText('Its reservation, else its lease.'),
  profile: v.nullableText('What it boots; null for a reservation only.'),
  tags: Type.Array(v.text()),
  state: Type.Enum([...hostStates]),
  netboots: Type.Boolean({ description: 'Its profile is booted every time and never installed.' }),
  why: v.text('One sentence: why it is in this state.'),
  waiting: v.nullableNumber('Its turn in the line: for a free place, or to be started.'),
  since: v.nullableTime(),
  install: v.nullableText('Id of the current or last install.'),
  attempt: Type.Integer(),
  percent: v.nullableNumber('What the installer said of its progress.'),
  progressAt: v.nullableTime('When it said that.'),
  message: v.nullableText('What the installer said last.'),
  lastSeen: v.nullableTime('When it was last heard: asking for a boot, or phoning home.'),
  arch: v.nullableText('What its firmware said it is.'),
  stage: v.nullableText('How far its boot was when it last asked: firmware, http-firmware, ipxe.'),
  download: Type.Union([download, Type.Null()], {
    description: 'The file it is being sent now, or was sent last in this boot.',
  }),
  power: Type.Union([hostPower, Type.Null()], {
    description: 'What was heard of its power last; null where the config knows no way to it.',
  }),
  console: v.nullableText('The way to its serial console; null where the config knows none.'),
}

export const hostRow = v.closed(rowProperties, 'A host: the config and what is remembered of it.')
export type HostRow = Static<typeof hostRow>

export const hostFull = v.closed({
  ...rowProperties,
  blocked: v.nullableText('Why it could not boot what its profile says.'),
  uuid: v.nullableText(),
  serial: v.nullableText('The serial number by which the config finds it.'),
  port: v.nullableText('The port of the switch by which the config finds it.'),
  vars: Type.Record(Type.String(), Type.Unknown(), {
    description: 'Those of its profile and its own; values of secrets are masked.',
  }),
  nics: Type.Array(
    v.closed({ mac: v.text(), address: v.nullableText(), network: v.nullableText() }),
  ),
  facts: machineFacts('What its installer or the agent said of the machine'),
  config: Type.Unknown({
    description: 'The host and its profile as resolved from the config; secrets are masked.',
  }),
  downloads: Type.Array(download, { description: 'Files of this boot, in their order.' }),
})

export const hostDetail = v.closed({
  host: hostFull,
  installs: Type.Array(installRow, { description: 'Newest first, at most 20.' }),
  callbacks: Type.Array(callbackRow, { description: 'Newest first, at most 50.' }),
  events: Type.Array(hostEvent, { description: 'Newest last, at most 50.' }),
})
export type HostDetail = Static<typeof hostDetail>

export const hostsQuery = v.closed({
  tag: Type.Optional(v.several('Only hosts with all of these tags.')),
  profile: Type.Optional(v.several('Only hosts with one of these profiles.')),
  state: Type.Optional(v.several('Only hosts in one of these states.', hostStates)),
  where: Type.Optional(
    v.several('Only hosts whose machines told this, such as facts.memory>=64GiB; all must hold.'),
  ),
  q: Type.Optional(v.text('Only hosts with this in name, MAC, address, profile, tag or state.')),
  ...v.page,
})
export type HostsQuery = Static<typeof hostsQuery>

export const hostList = v.closed({
  hosts: Type.Array(hostRow),
  total: Type.Integer({ description: 'Hosts that fit the filters, on this page or not.' }),
  states: Type.Record(Type.String(), Type.Integer(), {
    description: 'How many of those that fit the other filters are in each state.',
  }),
  notices: Type.Array(v.text(), { description: 'What concerns every host.' }),
})
export type HostList = Static<typeof hostList>

const nameList = (description: string) => Type.Array(v.text(), { description })

/** All names, for a shell that completes one. */
export const names = v.closed({
  hosts: nameList('In the order of the config.'),
  profiles: nameList('That can be booted.'),
  tags: nameList('All that hosts have, sorted.'),
  networks: nameList('In the order of the config.'),
})
export type Names = Static<typeof names>

/** What a machine would be sent. */
const bootAnswer = v.closed({
  kind: Type.Enum(['boot', 'menu', 'local', 'none', 'forbidden']),
  reason: v.text(),
  code: v.code(),
  script: v.nullableText('What its loader would read, byte for byte but for masked secrets.'),
  files: Type.Array(v.closed({ name: v.text(), text: v.text() }), {
    description: 'Its answer files, rendered; secrets are masked.',
  }),
})

export const preview = v.closed(
  {
    now: bootAnswer,
    ifInstalled: Type.Union([bootAnswer, Type.Null()], {
      description:
        'What it would get if an install was asked for now; null while one is under way.',
    }),
  },
  'What this host would get from us; looking counts nothing.',
)
export type Preview = Static<typeof preview>
