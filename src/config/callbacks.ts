import { resolve } from 'node:path'
import type { Callback } from '../boot/host.ts'
import { defaults } from './defaults.ts'
import { given } from './given.ts'
import type { Report } from './mistake.ts'
import type { RawCallback } from './schema-profile.ts'
import { parseDuration } from './units.ts'

/** The callbacks by name; each is exactly one webhook or one command. */
export function resolveCallbacks(
  raw: Readonly<Record<string, RawCallback>>,
  folder: string,
  report: Report,
): Map<string, Callback> {
  const resolved = Object.entries(raw).flatMap(([name, callback]) => {
    const found = resolveCallback(name, callback, folder, report)
    return found ? [[name, found] as const] : []
  })
  return new Map(resolved)
}

function resolveCallback(
  name: string,
  raw: RawCallback,
  folder: string,
  report: Report,
): Callback | undefined {
  const { webhook, command, when = [...defaults.when] } = raw
  const path = ['callbacks', name]
  if (webhook && command) {
    report(
      [...path, 'command'],
      'a callback is either a `webhook` or a `command`; make it two',
      true,
    )
    return undefined
  }
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
  report(path, 'says nothing to do; write `webhook: { url }` or `command: { run: [...] }`')
  return undefined
}
