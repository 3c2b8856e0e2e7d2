import { resolve } from 'node:path'
import { given } from '../base/given.ts'
import { parseDuration, parseSize } from '../base/units.ts'
import type { Callback } from '../boot/callback.ts'
import type { Expect, Login, RunningSystem, VerifySsh } from '../boot/host.ts'
import { parseIpv4 } from '../wire/address.ts'
import { type Path, placesOf, type Report } from './check/mistake.ts'
import { defaults } from './defaults.ts'
import type { Layers, ProfileKeys } from './inheritance.ts'
import type { RawHost } from './schema/host.ts'

/** What a profile for installs says of SSH; what contradicts itself is reported. */
export function resolveSsh(
  { keys, from }: Layers,
  deploy: Callback | undefined,
  folder: string,
  report: Report,
): { login?: Login; verifySsh?: VerifySsh; expect?: Expect } {
  const needs = needOf(keys, deploy)
  const way = wayOf(keys)
  const at = (key: string): Path => from.get(key) ?? []
  /** Keys beside those that are there. */
  const related = (...keys: readonly string[]) => {
    const layers = new Set([...from.values()].map(path => path.slice(0, 2).join('\0')))
    return [...layers].flatMap(layer => placesOf(layer.split('\0'), ...keys))
  }
  if (needs !== undefined && way === undefined) {
    const ways = '`login: password` for stock NixOS media, `login: key`, or an `identityFile`'
    report(
      at(needs),
      `needs a way into the installer: write ${ways}`,
      false,
      related('login', 'identityFile', 'nixos'),
    )
  }
  if (keys.login === 'own' && keys.identityFile === undefined) {
    const message = '`own` is a key of yours: say with `identityFile` where it lies'
    report(at('login'), message, false, related('identityFile'))
  }
  const verify = keys.verify ?? {}
  if (verify.address !== undefined && verify.ssh === undefined) {
    const message = 'is where SSH answers: write `verify: { ssh: 15m, address }`'
    report(at('verify.address'), message, false, related('verify'))
  }
  if (verify.ssh !== undefined && needs === undefined && keys.identityFile === undefined) {
    const message =
      'cannot tell the installed system from the installer: write `phoneHome: ssh` or an `identityFile`'
    report(at('verify.ssh'), message, false, related('phoneHome', 'identityFile', 'deploy'))
  }
  const asked = needs !== undefined || verify.ssh !== undefined || keys.login !== undefined
  const login = way && asked ? loginOf(way, keys, folder) : undefined
  const within = verify.ssh === undefined ? undefined : parseDuration(verify.ssh)
  return {
    ...given('login', login),
    ...given('expect', keys.expect && expectOf(keys.expect)),
    ...given(
      'verifySsh',
      within === undefined ? undefined : { within, ...given('address', verify.address) },
    ),
  }
}

/** The key that makes a login necessary. */
function needOf(keys: ProfileKeys, deploy: Callback | undefined): string | undefined {
  if (keys.phoneHome === 'ssh') return 'phoneHome'
  return deploy?.kind === 'ssh' || deploy?.kind === 'nixosAnywhere' ? 'deploy' : undefined
}

function wayOf({ login, identityFile, nixos }: ProfileKeys): Login['way'] | undefined {
  if (login !== undefined) return login
  if (identityFile !== undefined) return 'own'
  return nixos === undefined ? undefined : 'password'
}

function loginOf(way: Login['way'], keys: ProfileKeys, folder: string): Login {
  const { user = defaults.ssh.user, port = defaults.ssh.port } = keys.ssh ?? {}
  const identityFile = keys.identityFile && resolve(folder, keys.identityFile)
  return { way, ...given('identityFile', identityFile), user, port }
}

function expectOf({ serial, disk }: NonNullable<ProfileKeys['expect']>): Expect {
  const { size, ...rest } = disk ?? {}
  return {
    ...given('serial', serial),
    ...given('disk', disk && { ...rest, ...given('size', size && parseSize(size)) }),
  }
}

/** The login of the system that runs on a host; `folder` is that of the config file. */
export function runningOf(
  { user = defaults.ssh.user, port = defaults.ssh.port, ...raw }: NonNullable<RawHost['running']>,
  folder: string,
): RunningSystem {
  const identityFile = resolve(folder, raw.identityFile)
  const address = raw.address === undefined ? undefined : parseIpv4(raw.address)
  return { user, port, identityFile, ...given('address', address) }
}
