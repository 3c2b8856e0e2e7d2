import { resolve } from 'node:path'
import { given } from '../base/given.ts'
import { parseDuration } from '../base/units.ts'
import type { Callback } from '../boot/callback.ts'
import { resolveByName } from './by-name.ts'
import type { Report } from './check/mistake.ts'
import { defaults } from './defaults.ts'
import { resolveNixosAnywhere } from './nixos-anywhere.ts'
import { isOneKind } from './one-kind.ts'
import type { RawCallback } from './schema/callback.ts'

/** What a callback can be; each is exactly one of them. */
const kinds = ['webhook', 'command', 'ssh', 'nixosAnywhere'] as const

/** The callbacks by name. */
export function resolveCallbacks(
  raw: Readonly<Record<string, RawCallback>>,
  folder: string,
  report: Report,
): Map<string, Callback> {
  return resolveByName(raw, (name, callback) => resolveCallback(name, callback, folder, report))
}

function resolveCallback(
  name: string,
  raw: RawCallback,
  folder: string,
  report: Report,
): Callback | undefined {
  const { webhook, command, ssh, nixosAnywhere, when = [...defaults.when] } = raw
  const path = ['callbacks', name]
  const words = { path, what: 'a callback', nothing: 'says nothing to do' }
  if (!isOneKind(raw, kinds, words, report)) return undefined
  if (webhook) {
    return {
      kind: 'webhook',
      name,
      when,
      url: webhook.url,
      ...given('secretFile', webhook.secretFile && resolve(folder, webhook.secretFile)),
      timeout: parseDuration(webhook.timeout ?? defaults.webhookTimeout),
    }
  }
  if (command) {
    const timeout = parseDuration(command.timeout ?? defaults.commandTimeout)
    return { kind: 'command', name, when, run: command.run, cwd: folder, timeout }
  }
  if (ssh) {
    const { script, args = [], env = {}, timeout = defaults.sshTimeout } = ssh
    const base = { kind: 'ssh', name, when, script: resolve(folder, script) } as const
    return { ...base, args, env, timeout: parseDuration(timeout) }
  }
  if (nixosAnywhere) return resolveNixosAnywhere(name, when, nixosAnywhere, folder, report)
  return undefined
}
