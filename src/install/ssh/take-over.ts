import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { given } from '../../base/given.ts'
import { lineOfProgram } from '../../base/printable.ts'
import { whyUnexpected } from '../../boot/expect.ts'
import type { Host, RunningSystem } from '../../boot/host.ts'
import type { Reason } from '../../boot/reason.ts'
import { sentenceOf } from '../../boot/words/reason.ts'
import { type Mac, macWithHyphens } from '../../wire/address.ts'
import { formatIpAddress, type IpAddress } from '../../wire/ip-address.ts'
import { runCommand } from '../command.ts'
import type { InstallDeps } from '../deps.ts'
import { hasSshServer, type Visit, visit } from './enter.ts'
import { readReport, reportScript, whyOtherMachine } from './report.ts'
import { type SshLogin, sshCommand } from './ssh-command.ts'
import { asRoot, ofOurs, runsNow, takeOverScript, whyItWouldNot } from './take-over-script.ts'

export interface TakeOverDeps extends Pick<InstallDeps, 'addressesOf' | 'whyNoTarget'> {
  /** Folder of the host keys that were seen. */
  readonly folder: string
  /** Our URL, as the machine at an address reaches it. */
  serverUrl(address: IpAddress): string
}

/** Seconds in which a system fetches kernel and initrds. */
const fetchTimeout = 900
/** Milliseconds from the kexec until its connection is let go, which nobody ends. */
const goneMs = 15_000

/**
 * Logs in to the system that runs on a host, looks whether it is that machine, and lets it kexec what the
 * host is to boot. What it would refuse is asked before anything is opened. Returns why not; never throws.
 */
export async function bootByKexec(host: Host, deps: TakeOverDeps): Promise<Reason | undefined> {
  const { running } = host
  if (!running) return { code: 'no-running', host: host.name }
  const found = await find(host, running, deps)
  if ('why' in found) return found.why
  const { login, mac, address, key, uuid } = found
  const query = uuid === undefined ? '' : `?uuid=${uuid}`
  const url = `${deps.serverUrl(address)}/boot/${macWithHyphens(mac)}/kexec${query}`
  const script = (dryRun: boolean) => asRoot(running.user, takeOverScript(url, { dryRun }))
  const refused = whyRefused(await visit(login, script(true)))
  if (refused) return refused
  const why = await run(login, script(false))
  // What is installed there next has another key.
  if (!why) rmSync(key, { force: true })
  return why
}

/** Why the system would not boot what our script says; undefined where it would. */
function whyRefused(tried: Visit): Reason | undefined {
  const { why } = tried.ok ? { why: undefined } : tried
  if (why && why.code !== 'ssh-failed') return why
  const said = tried.ok ? whyItWouldNot(tried.output) : why && ofOurs(why.said)
  return said === undefined ? undefined : { code: 'kexec-refused', said: lineOfProgram(said) }
}

interface RunningHost {
  readonly login: SshLogin
  readonly mac: Mac
  readonly address: IpAddress
  /** What networks with `trust: uuid` ask for. */
  readonly uuid?: string
  /** File of its host key. */
  readonly key: string
}

/** The first address at which the machine shows that it is the host. */
async function find(
  host: Host,
  running: RunningSystem,
  deps: TakeOverDeps,
): Promise<RunningHost | { readonly why: Reason }> {
  let why: Reason = { code: 'running-nowhere', host: host.name }
  for (const address of placesOf(host, running, deps)) {
    const found = await lookAt(host, running, address, deps)
    if ('login' in found) return found
    why = found.why
  }
  return { why }
}

function placesOf(
  host: Host,
  { address }: RunningSystem,
  deps: TakeOverDeps,
): readonly IpAddress[] {
  if (address !== undefined) return [address]
  const reserved = host.nics.flatMap(nic => nic.address ?? [])
  return [...new Set([...host.nics.flatMap(({ mac }) => deps.addressesOf(mac)), ...reserved])]
}

async function lookAt(
  host: Host,
  { user, port, identityFile, address: named }: RunningSystem,
  address: IpAddress,
  { folder, whyNoTarget }: TakeOverDeps,
): Promise<RunningHost | { readonly why: Reason }> {
  const where = formatIpAddress(address)
  const not = (because: Reason) => ({
    why: { code: 'not-proved', address: where, because } as const,
  })
  const forbidden = whyNoTarget(address, named !== undefined)
  if (forbidden) return not({ code: 'ssh-never', where: forbidden })
  if (!(await hasSshServer(where, port))) return not({ code: 'ssh-not-yet', port })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const key = join(folder, host.name)
  const pinned = existsSync(key)
  // The key of a machine that turns out to be another is not kept. No host has a name with such a letter.
  const knownHosts = pinned ? key : `${key}~`
  if (!pinned) rmSync(knownHosts, { force: true })
  const login: SshLogin = { address: where, port, user, identityFile, knownHosts, pinned }
  const visited = await visit(login, asRoot(user, reportScript))
  if (!visited.ok) {
    const { why } = visited
    return not(why.code === 'ssh-other-key' ? { code: 'running-other-key' } : why)
  }
  const report = readReport(visited.output)
  if (!report) return not({ code: 'ssh-no-report' })
  const other = whyOtherMachine(host, report)
  if (other) return not(other)
  const why = whyUnexpected(host.profile?.expect, report.facts)
  if (why) return { why }
  const mac = host.nics.find(nic => report.macs.includes(nic.mac))?.mac
  if (mac === undefined) return not({ code: 'ssh-no-report' })
  if (!pinned) renameSync(knownHosts, key)
  const known = { ...login, knownHosts: key, pinned: true }
  return { login: known, mac, address, key, ...given('uuid', uuidOf(report.facts.uuid)) }
}

/** It goes into a URL. */
function uuidOf(text = ''): string | undefined {
  return /^[0-9a-f-]{36}$/.test(text) ? text : undefined
}

/** What ssh ends with where its connection was lost. */
const lost = 255

/** Runs the script until it says that it boots; the connection dies with the system. */
async function run(login: SshLogin, script: string): Promise<Reason | undefined> {
  const { run, env } = sshCommand(login, ['sh'])
  let boots = false
  let last = ''
  const hear = (line: string) => {
    const said = lineOfProgram(line)
    if (said.trim() !== '') last = said
    if (boots || !runsNow(line)) return
    boots = true
    setTimeout(() => command.end({ code: 'ran-too-long', seconds: goneMs / 1000 }), goneMs).unref()
  }
  const target = { kind: 'command', run, cwd: '/', env, timeout: fetchTimeout } as const
  const command = runCommand(target, hear, { input: script })
  const outcome = await command.ended
  // Whoever still says how it went has not gone.
  const isThere = !outcome.ok && outcome.why.code === 'exit-code' && outcome.why.exit !== lost
  if (boots && !isThere) return undefined
  const said = ofOurs(last) || (outcome.ok ? 'it said nothing' : sentenceOf(outcome.why))
  if (isThere || outcome.ok) return { code: 'kexec-refused', said }
  const because: Reason = { code: 'ssh-failed', said }
  return { code: 'not-proved', address: login.address, because }
}
