import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import type { Callback } from '../../boot/callback.ts'
import { measureOf } from '../../boot/disk-image.ts'
import type { Profile } from '../../boot/host.ts'
import { lackOfProgram, programsOf } from '../../boot/programs.ts'
import type { Reason } from '../../boot/reason.ts'
import { sentenceOf } from '../../boot/words/reason.ts'
import { agentLack } from '../agent.ts'
import { type Subject, sharedMistakes } from '../booting-hosts.ts'
import type { ResolvedProfile } from '../profiles.ts'
import type { Mistake, Path } from './mistake.ts'

/**
 * What may come later and stops only the hosts that need it: kernels, initrds, secret files, programs.
 * Profiles that no host has are looked at too, because `install --profile` can name them.
 */
export function checkFiles(
  profiles: Iterable<ResolvedProfile>,
  subjects: readonly Subject[],
): Mistake[] {
  const shared = sharedMistakes()
  const known = new Map<ResolvedProfile, readonly Lack[]>()
  const lacksOf = (resolved: ResolvedProfile) => {
    const lacks = known.get(resolved) ?? findLacks(resolved)
    known.set(resolved, lacks)
    return lacks
  }
  for (const resolved of profiles) {
    for (const { path, message } of lacksOf(resolved)) shared.add(path, message)
  }
  for (const { host, resolved } of subjects) {
    for (const { path, message } of lacksOf(resolved)) shared.add(path, message, host.name)
    const key = host.running && fileProblem(host.running.identityFile)
    const at = ['hosts', host.name, 'running', 'identityFile']
    for (const { path, message } of lack(at, key)) shared.add(path, message, host.name)
  }
  return shared.mistakes('warning')
}

/** The first program that is missing of those without which a profile cannot be installed, or the agent. */
export function lackOfProfile(profile: Profile): Reason | undefined {
  const program = programsOf(profile).find(name => !isInPath(name))
  if (program) return { code: 'no-program', program }
  const isAgents = profile.image ?? profile.erase ?? profile.capture
  return isAgents && agentProblem(profile) ? { code: 'no-agent' } : undefined
}

interface Lack {
  readonly path: Path
  readonly message: string
}

function findLacks({ profile, layers, media }: ResolvedProfile): Lack[] {
  if (!profile) return []
  const at = (key: string) => layers.from.get(key) ?? ['profiles', profile.name]
  const isAgents = profile.image ?? profile.erase
  const images = isAgents
    ? lack(at(profile.image ? 'image' : 'erase'), diskProblem(profile))
    : media
      ? lack(at(profile.media?.form ?? 'nixos'), media.problem && sentenceOf(media.problem))
      : [
          ...lack(at(profile.kind ?? 'kernel'), fileProblem(profile.kernel)),
          ...profile.initrd.flatMap(path => lack(at(profile.kind ?? 'initrd'), fileProblem(path))),
        ]
  const { deploy, login } = profile
  const callbacks = deploy ? [deploy, ...profile.callbacks] : profile.callbacks
  const { identityFile } = login ?? {}
  const key = identityFile === undefined ? undefined : fileProblem(identityFile)
  const asks = ['login', 'phoneHome', 'deploy', 'nixos', 'identityFile'].find(k =>
    layers.from.has(k),
  )
  const programs = programsOf(profile).filter(name => !isInPath(name))
  return [
    ...images,
    ...lack(at('identityFile'), key),
    ...programs.map(program => ({ path: at(asks ?? ''), message: lackOfProgram(program) })),
    ...callbacks.flatMap(callbackLacks),
  ]
}

/** Why the agent cannot do its work on disks, as a sentence. */
function diskProblem(profile: Profile): string | undefined {
  const agent = agentProblem(profile)
  if (agent) return agentLack(agent)
  const { path } = profile.image ?? {}
  if (path === undefined) return undefined
  const problem = fileProblem(path)
  if (problem) return problem
  const why = { code: 'image-not-measured', path } as const
  return fileProblem(measureOf(path)) && sentenceOf(why)
}

/** What of the agent, which is the kernel and initrd of a profile, cannot be read. */
function agentProblem({ kernel, initrd }: Profile): string | undefined {
  return [kernel, ...initrd].map(fileProblem).find(Boolean)
}

function callbackLacks(callback: Callback): Lack[] {
  const path = ['callbacks', callback.name]
  if (callback.kind === 'webhook') {
    if (callback.secretFile === undefined) return []
    return lack([...path, 'webhook', 'secretFile'], fileProblem(callback.secretFile))
  }
  if (callback.kind === 'command') {
    const [program = ''] = callback.run
    return lack([...path, 'command', 'run', 0], programProblem(program, callback.cwd))
  }
  if (callback.kind === 'ssh') {
    return lack([...path, 'ssh', 'script'], fileProblem(callback.script))
  }
  const { identityFile } = callback
  const at = [...path, 'nixosAnywhere', 'identityFile']
  return identityFile === undefined ? [] : lack(at, fileProblem(identityFile))
}

function lack(path: Path, message: string | undefined): Lack[] {
  return message === undefined ? [] : [{ path, message }]
}

/** Why a file cannot be read, as a sentence. */
export function fileProblem(path: string): string | undefined {
  try {
    if (!statSync(path).isFile()) return `${path} is not a file`
    accessSync(path, constants.R_OK)
    return undefined
  } catch (error) {
    const denied = (error as NodeJS.ErrnoException).code === 'EACCES'
    return denied ? `${path} cannot be read: permission denied` : `${path} does not exist yet`
  }
}

/** As execvp looks: a name with a slash from the working directory, others along PATH. */
export function programProblem(program: string, cwd: string): string | undefined {
  if (/\{[{%]/.test(program)) return undefined
  if (program.includes('/')) {
    const path = resolve(cwd, program)
    return isProgram(path) ? undefined : `${path} is not there or not executable`
  }
  return isInPath(program)
    ? undefined
    : `there is no program "${program}" in PATH; ./${program} is one beside the config`
}

/** Whether a program of this name is found along PATH. */
export function isInPath(program: string): boolean {
  const { PATH = '/usr/bin:/bin' } = process.env
  return PATH.split(delimiter).some(folder => isProgram(join(folder, program)))
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
