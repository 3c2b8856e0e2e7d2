import Type, { type Static } from 'typebox'
import { leaseStates } from '../boot/lease.ts'
import { machineFacts } from './hardware.ts'
import * as v from './values.ts'

export const leaseRow = v.closed({
  address: v.text(),
  mac: v.nullableText('Null where only its DUID is known.'),
  duid: v.nullableText('What a client of DHCPv6 calls itself, in hex; null of an IPv4 address.'),
  host: v.nullableText(),
  network: v.text(),
  hostname: v.nullableText('What the client calls itself.'),
  state: Type.Enum([...leaseStates]),
  end: v.time(),
})
export type LeaseRow = Static<typeof leaseRow>

export const leasesQuery = v.closed({
  network: Type.Optional(v.text('Only of this network.')),
  state: Type.Optional(v.several('Only in one of these states.', leaseStates)),
  q: Type.Optional(v.text('Only with this in address, MAC, DUID, host or hostname.')),
  ...v.page,
})
export type LeasesQuery = Static<typeof leasesQuery>

export const leaseList = v.closed({
  leases: Type.Array(leaseRow, { description: 'By address.' }),
  total: Type.Integer(),
})
export type LeaseList = Static<typeof leaseList>

export const networkRow = v.closed({
  name: v.text(),
  mode: Type.Enum(['proxy', 'server', 'none']),
  interface: v.nullableText(),
  subnet: v.nullableText(),
  serverAddress: v.nullableText(),
  waits: v.nullableText('Why it cannot be served yet; null when it is.'),
  range: v.nullableText('First and last address to lease.'),
  mode6: Type.Enum(['server', 'boot', 'none']),
  subnet6: v.nullableText(),
  serverAddress6: v.nullableText(),
  range6: v.nullableText('First and last IPv6 address to lease.'),
  leases: v.closed({
    size: Type.Integer({ description: 'Addresses of the range.' }),
    used: Type.Integer({ description: 'Leased now, in the range.' }),
    free: Type.Integer(),
  }),
  rivals: Type.Array(v.text(), {
    description: 'A sentence for each other DHCP server that answers there.',
  }),
  router6: v.nullableText(
    'What keeps its machines from asking by DHCPv6; null where nothing does, or where it cannot be heard.',
  ),
})
export type NetworkRow = Static<typeof networkRow>

export const strangerRow = v.closed({
  mac: v.text(),
  arch: v.text(),
  stage: v.text(),
  uuid: v.nullableText(),
  serial: v.nullableText('What iPXE read from the machine.'),
  port: v.nullableText(
    'The port of the switch that it hangs on, as its relay says and `port:` of a host takes it.',
  ),
  vendorClass: v.nullableText(),
  address: v.nullableText('Where it was last heard.'),
  text: v.text('What it asked last and what it got.'),
  event: Type.Optional(
    v.closed({
      kind: v.text(),
      code: v.text(),
      data: Type.Unknown(),
      reason: Type.Optional(v.text('For people: the reason in the data alone.')),
    }),
  ),
  at: v.time(),
  entry: v.text('What to paste under `hosts:` of the config.'),
  facts: machineFacts('What the agent found out about it'),
  waits: Type.Boolean({ description: 'The agent runs on it, and waits to be told to boot.' }),
})
export type StrangerRow = Static<typeof strangerRow>

export const strangersQuery = v.closed({
  q: Type.Optional(v.text('Only with this in MAC, arch, uuid, serial or vendor class.')),
  ...v.page,
})
export type StrangersQuery = Static<typeof strangersQuery>

export const strangerList = v.closed({
  strangers: Type.Array(strangerRow, { description: 'Heard last first.' }),
  total: Type.Integer(),
})
export type StrangerList = Static<typeof strangerList>

export const profileRow = v.closed({
  name: v.text(),
  boot: Type.Enum(['install', 'once', 'always']),
  ask: Type.Enum(['never', 'manual', 'first-boot']),
  phoneHome: Type.Enum(['agent', 'ssh']),
  deploy: v.nullableText('The callback that installs.'),
  callbacks: Type.Array(v.text()),
  files: Type.Array(v.text(), { description: 'Names of its answer files.' }),
  required: Type.Array(v.text(), { description: 'Vars that every host must give.' }),
  hosts: Type.Integer({ description: 'How many hosts have it.' }),
})
export type ProfileRow = Static<typeof profileRow>

export const profileList = v.closed({ profiles: Type.Array(profileRow) })
export type ProfileList = Static<typeof profileList>

export const status = v.closed(
  {
    version: v.text(),
    startedAt: v.time(),
    now: v.time('The daemon’s clock.'),
    notices: Type.Array(v.text(), { description: 'What concerns every host.' }),
    networks: Type.Array(networkRow),
    hosts: Type.Record(Type.String(), Type.Integer(), { description: 'How many in each state.' }),
    tags: Type.Array(v.text(), { description: 'All that the hosts of the config have.' }),
    callbacks: v.closed({ waiting: Type.Integer(), undelivered: Type.Integer() }),
    strangers: Type.Integer(),
    lastEvent: Type.Integer({ description: 'Id of the newest event, for `?after=`.' }),
  },
  'The daemon at a glance.',
)
export type Status = Static<typeof status>
