import type { EventKind } from './event.ts'

const kinds: Readonly<Record<EventKind, true>> = {
  dhcp: true,
  tftp: true,
  asset: true,
  progress: true,
  script: true,
  file: true,
  'phone-home': true,
  state: true,
  note: true,
  callback: true,
  output: true,
  syslog: true,
  stranger: true,
  rival: true,
  conflict: true,
  admin: true,
  reload: true,
  wake: true,
  checksum: true,
  ssh: true,
  firmware: true,
  loader: true,
  power: true,
}

/** Of every event one: what it is about, for filters. */
export const eventKinds = Object.keys(kinds) as readonly EventKind[]
