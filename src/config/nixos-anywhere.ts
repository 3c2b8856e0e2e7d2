import { resolve } from 'node:path'
import { given } from '../base/given.ts'
import { parseDuration } from '../base/units.ts'
import { type CallbackEvent, type NixosAnywhereCallback, nixosPhases } from '../boot/callback.ts'
import { placesOf, type Report } from './check/mistake.ts'
import { defaults } from './defaults.ts'
import type { RawNixosAnywhere } from './schema/callback.ts'

/** A `nixosAnywhere` callback; undefined, and reported, when it does not say what to install. */
export function resolveNixosAnywhere(
  name: string,
  when: readonly CallbackEvent[],
  raw: RawNixosAnywhere,
  folder: string,
  report: Report,
): NixosAnywhereCallback | undefined {
  const d = defaults.nixosAnywhere
  const path = ['callbacks', name, 'nixosAnywhere']
  const source = sourceOf(raw)
  if (raw.flake !== undefined && raw.storePaths !== undefined) {
    report([...path, 'storePaths'], 'is instead of a flake; write one of them', true)
  }
  if (!source) {
    const message =
      'says nothing to install; write `flake: ".#NAME"` or `storePaths: [DISKO, SYSTEM]`'
    report(path, message, false, placesOf(path, 'flake', 'storePaths'))
    return undefined
  }
  const seconds = nixosPhases.map(phase => {
    return [phase, parseDuration(raw.timeouts?.[phase] ?? d.timeouts[phase])] as const
  })
  return {
    kind: 'nixosAnywhere',
    name,
    when,
    source,
    ...given('identityFile', raw.identityFile && resolve(folder, raw.identityFile)),
    ...given('extraFiles', raw.extraFiles),
    diskEncryptionKeys: raw.diskEncryptionKeys ?? {},
    ...given('kexec', raw.kexec),
    phases: raw.phases ?? [...d.phases],
    ...given('buildOn', raw.buildOn),
    extraArgs: raw.extraArgs ?? [],
    ...given('sshPort', raw.sshPort),
    ...given('postKexecSshPort', raw.postKexecSshPort),
    cwd: folder,
    timeout: parseDuration(raw.timeout ?? d.timeout),
    timeouts: Object.fromEntries(seconds) as NixosAnywhereCallback['timeouts'],
  }
}

function sourceOf({ flake, storePaths }: RawNixosAnywhere) {
  const [disko, system] = storePaths ?? []
  if (flake !== undefined) return { flake }
  return disko === undefined || system === undefined ? undefined : { disko, system }
}
