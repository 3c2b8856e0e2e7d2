import { accessSync, constants, readFileSync } from 'node:fs'
import { given } from '../base/given.ts'
import { usualMetaData } from '../boot/disk-image.ts'
import { whyNothingToErase } from '../boot/erase.ts'
import type { Host, Profile, Vars } from '../boot/host.ts'
import { type Asset, assetsOf, type Spec } from '../boot/install.ts'
import { kexecWay } from '../boot/power.ts'
import type { Reason, Refused } from '../boot/reason.ts'
import type { InstallDeps } from './deps.ts'
import { doubtOf } from './integrity.ts'
import { takeFiles } from './take-files.ts'
import { takeImage, whyNotCaptured } from './take-image.ts'
import { takeMedia } from './take-media.ts'

/** How the machine of an install is started, where it is not by its power and its network. */
export type StartedBy = 'kexec' | 'media'

/** What differs from the host's own profile and vars, for one install only. */
export interface Overrides {
  readonly profile?: Profile
  readonly vars?: Vars
  /** false: its machine is started by somebody else. */
  readonly power?: boolean
  /** kexec: the system that runs on it boots the installer; media: it boots from an image that its BMC is given. */
  readonly by?: StartedBy
}

export type SpecDeps = Pick<
  InstallDeps,
  'publish' | 'publishTogether' | 'readMedia' | 'digests' | 'lackOf' | 'usedVars' | 'mediumOf'
>

/**
 * Everything an install or netboot of a host needs, as it is now: the profile, the sources of its
 * answer files and the versions of its assets; or why it cannot be had.
 */
export function takeSpec(host: Host, overrides: Overrides, deps: SpecDeps): Spec | Refused {
  const base = overrides.profile ?? host.profile
  if (!base) return { refused: { code: 'no-profile', host: host.name } }
  const vars = { ...base.vars, ...host.vars, ...overrides.vars }
  const absent = Object.entries(vars).filter(([, value]) => value === 'required')
  if (absent.length > 0) {
    const names = absent.map(([name]) => name)
    return {
      refused: { code: 'vars-missing', host: host.name, profile: base.name, vars: names },
    }
  }
  const started = startedBy(host, overrides, deps)
  if ('refused' in started) return started
  const lack = deps.lackOf(base) ?? whyNothingToErase(base) ?? whyNotCaptured(base)
  if (lack !== undefined) return { refused: lack }
  const images = base.media ? takeMedia(base, base.media, deps) : takeFiles(base, deps)
  if ('refused' in images) return images
  const image = takeImage(base, deps)
  if (image && 'refused' in image) return image
  const templates = readTemplates(base)
  if ('refused' in templates) return templates
  const useless = whyUseless(base, overrides.vars, templates.templates, deps)
  if (useless !== undefined) return { refused: useless }

  const { cmdline = base.cmdline, ...assets } = images
  const profile = { ...base, cmdline, vars }
  const { power: _, ...machine } = host
  const own = { ...machine, ...started, vars, profile }
  const spec = { host: own, profile, ...assets, ...given('image', image), ...templates }
  const doubt = doubtOf(spec, deps)
  return doubt?.kind === 'wrong' ? { refused: doubt.why } : spec
}

/** How its machine is started by us, or why it cannot be. */
function startedBy(
  host: Host,
  { by, power: isStarted = true }: Overrides,
  { mediumOf }: Pick<SpecDeps, 'mediumOf'>,
): Pick<Host, 'power'> | Refused {
  const { name, power } = host
  if (by === 'media') {
    if (!power) return { refused: { code: 'no-power', host: name } }
    const medium = mediumOf(host)
    return 'refused' in medium ? medium : { power: { ...power, medium: medium.url } }
  }
  if (by !== 'kexec') return isStarted ? given('power', power) : {}
  const lack = lackOfRunning(host)
  return lack ? { refused: lack } : { power: { by: kexecWay.name } }
}

/** Why nobody can log in to the system that runs on a host. */
function lackOfRunning({ name, running }: Host): Reason | undefined {
  if (!running) return { code: 'no-running', host: name }
  try {
    accessSync(running.identityFile, constants.R_OK)
    return undefined
  } catch {
    return { code: 'running-no-key', file: running.identityFile }
  }
}

/** A var that nothing reads is a typo for one that something does, such as the name of a disk. */
function whyUseless(
  profile: Profile,
  given: Vars = {},
  templates: Spec['templates'],
  deps: SpecDeps,
): Reason | undefined {
  const names = Object.keys(given)
  if (names.length === 0) return undefined
  const used = deps.usedVars(profile, Object.values(templates))
  if (used === 'any') return undefined
  const useless = names.find(name => !used.has(name))
  if (useless === undefined) return undefined
  return { code: 'var-unused', profile: profile.name, name: useless, used: [...used].sort() }
}

/** The first asset of a spec that is not what it was when the spec was taken. */
export function changedAsset(spec: Spec, deps: Pick<InstallDeps, 'publish'>): Asset | undefined {
  return assetsOf(spec).find(asset => deps.publish(asset.path)?.version !== asset.version)
}

function readTemplates({ files, image }: Profile): Pick<Spec, 'templates'> | Refused {
  const isSeeded = image && image.seed.length > 0
  const templates: Record<string, string> = isSeeded ? { 'meta-data': usualMetaData } : {}
  for (const [name, path] of Object.entries(files)) {
    try {
      templates[name] = readFileSync(path, 'utf8')
    } catch {
      return { refused: { code: 'no-answer-file', name, path } }
    }
  }
  return { templates }
}
