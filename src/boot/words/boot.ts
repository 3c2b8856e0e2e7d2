import type { ReasonWords } from './word.ts'

/** Why a machine gets the boot answer that it gets. */
export const bootWords: ReasonWords<
  | 'host-state'
  | 'host-menu'
  | 'host-netboots'
  | 'other-uuid'
  | 'unknown-ignored'
  | 'unknown-local'
  | 'unknown-profile'
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
> = {
  'host-state': ({ host, state, why }, say) => `${host} is ${state}: ${say(why)}`,
  'host-menu': ({ host }) => `${host} has a menu to choose from`,
  'host-netboots': ({ host, profile }) => `${host} netboots ${profile} at every boot`,
  'other-uuid': ({ host, expected, uuid }) =>
    `${host} has the uuid ${expected} in the config, and this machine says ${uuid}`,
  'unknown-ignored': () => 'not a host of the config, and unknownHosts is ignore',
  'unknown-local': () => 'not a host of the config, and unknownHosts is local',
  'unknown-profile': () => 'not a host of the config: the profile of unknownHosts',
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
  'no-script': ({ host, error }) => `no script for ${host}: ${error}`,
}
