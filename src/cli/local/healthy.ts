import { readFileSync } from 'node:fs'
import { printable } from '../../base/printable.ts'
import { serverUrl } from '../../base/server-url.ts'
import { defaults } from '../../config/defaults.ts'
import { readDocument } from '../../config/document.ts'
import { loopbacksOf } from '../../system/local-addresses.ts'
import { shortUsage, usageOf } from '../args.ts'
import { exit, type Io } from '../io.ts'
import { parseCommand } from '../parse-command.ts'
import { healthySpec } from './specs.ts'

/** Milliseconds: a daemon that takes longer than this serves nobody. */
const patience = 5000

/** `bootwright healthy`: whether the daemon of this config lives, for containers and monitors. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const parsed = parseCommand(healthySpec, argv)
  if (parsed.kind === 'help') {
    io.stdout.write(usageOf(healthySpec))
    return exit.done
  }
  const file = parsed.kind === 'run' ? parsed.values.text('config') : undefined
  if (parsed.kind === 'wrong' || file === undefined) {
    const why = parsed.kind === 'wrong' ? parsed.message : '--config FILE is missing'
    io.stderr.write(`bootwright healthy: ${why}\n${shortUsage(healthySpec)}\n`)
    return exit.usage
  }
  try {
    const server = serverOf(httpSettingsOf(readFileSync(file, 'utf8')))
    const lives = await ask(`${server}/healthz`)
    if (lives.status !== 200) throw new Error(`${server}/healthz answers ${lives.status}`)
    // What is not ready now is no reason to end a daemon that serves all the rest.
    const { text } = await ask(`${server}/readyz`)
    for (const line of text.trimEnd().split('\n')) io.stdout.write(`${printable(line)}\n`)
    return exit.done
  } catch (error) {
    const { message, cause } = error as Error
    const why = cause instanceof Error ? `${message}: ${cause.message}` : message
    io.stderr.write(`bootwright healthy: ${printable(why)}\n`)
    return exit.no
  }
}

async function ask(url: string): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(patience) })
  return { status: answer.status, text: await answer.text() }
}

/**
 * What a config says of HTTP. Ten thousand hosts take seconds to read, and this is asked twice a minute: where
 * top-level keys begin lines, only the piece below `http:` is read.
 */
export function httpSettingsOf(text: string): unknown {
  const piece = /^http:.*(?:\n(?:[ \t#].*)?)*/m.exec(text)?.[0] ?? ''
  // An alias stands for something that is written elsewhere.
  const isWhole = /^networks:/m.test(text) && !/\*\w/.test(piece)
  return readDocument(isWhole ? piece : text).value
}

/** Where a daemon of this config is reached from its own machine: HTTP is there beside HTTPS too. */
export function serverOf(config: unknown, [here = '127.0.0.1'] = loopbacksOf(false)): string {
  const { http } = (config ?? {}) as { readonly http?: Readonly<Record<string, unknown>> }
  const listens = [http?.address ?? []].flat().filter(address => typeof address === 'string')
  const wildcard = listens.includes('0.0.0.0') || listens.length === 0
  const address = wildcard ? here : listens.includes('::') ? '::1' : (listens[0] ?? '')
  const port = http?.port ?? defaults.httpPort
  return serverUrl(address, Number(port))
}
