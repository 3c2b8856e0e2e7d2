import type { ReasonWords } from './word.ts'

/** Why a machine gets the boot answer that it gets. */
export const bootWords: ReasonWords<
  | 'host-state'
  | 'host-menu'
  | 'host-netboots'
  | 'first-boot'
  | 'other-uuid'
  | 'found-twice'
  | 'host-at-work'
  | 'unknown-ignored'
  | 'unknown-local'
  | 'unknown-profile'
  | 'unknown-discover'
  | 'no-loader'
  | 'local-boot-silent'
  | 'stripped-ipxe'
  | 'not-for-http-boot'
  | 'silence-boots-disk'
  | 'boots'
  | 'menu'
  | 'being-verified'
  | 'not-its-address'
  | 'no-script'
  | 'host-is'
  | 'not-the-host'
  | 'chosen-at-machine'
  | 'nothing-to-choose'
  | 'cannot-boot'
> = {
  'host-state': ({ host, state, why }, say) => `${host} is ${state}: ${say(why)}`,
  'host-menu': ({ host }) => `${host} has a menu to choose from`,
  'host-netboots': ({ host, profile }) => `${host} netboots ${profile} at every boot`,
  'first-boot': ({ host }) => `${host} boots for the first time`,
  'other-uuid': ({ host, uuid }) =>
    `${host} has another uuid in the config than this machine, which says ${uuid}`,
  'found-twice': ({ hosts }) => `it is ${hosts.join(' and ')}: one of them must be found otherwise`,
  'host-at-work': ({ host }) =>
    `it is found to be ${host}, whose installer is at work on another machine`,
  'unknown-ignored': () => 'not a host of the config, and unknownHosts is ignore',
  'unknown-local': () => 'not a host of the config, and unknownHosts is local',
  'unknown-profile': () => 'not a host of the config: the profile of unknownHosts',
  'unknown-discover': () =>
    'not a host of the config: the agent asks what it is, and writes nothing',
  'no-loader': ({ because, arch, file }, say) =>
    `${say(because)}; no loader ${file ?? `for ${arch}`}`,
  'local-boot-silent': ({ because }, say) => `${say(because)}; localBoot: silent`,
  'stripped-ipxe': ({ because }, say) => `its iPXE lacks features; ${say(because)}`,
  'not-for-http-boot': ({ because, file }, say) =>
    `${say(because)}; ${file} is for PXE, not for HTTP Boot`,
  'silence-boots-disk': ({ because }, say) =>
    `${say(because)}; this firmware boots its disk when nobody answers`,
  boots: ({ title }) => title,
  menu: () => 'a menu to choose from',
  'being-verified': ({ path }) => `${path} is being verified`,
  'not-its-address': ({ host }) => `${host} is due, and this address is not known to be its own`,
  'no-script': ({ host, error }) =>
    host === undefined ? error : `no script for ${host}: ${error}`,
  'host-is': ({ host, state }) => `${host} is ${state}`,
  'not-the-host': ({ address, host }) => `${address} is not known to be ${host}`,
  'chosen-at-machine': () => 'what to boot is chosen at the machine',
  'nothing-to-choose': ({ who }) => `nothing to choose from for ${who}`,
  'cannot-boot': ({ loader, kind }) => `${loader} cannot boot a profile with ${kind}:`,
}
