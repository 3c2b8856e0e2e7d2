import { resolve } from 'node:path'
import { fileProblem } from './check/files.ts'
import type { Mistake, Report } from './check/mistake.ts'
import type { Config } from './config.ts'
import { defaults } from './defaults.ts'
import type { RawTls } from './schema/doors.ts'

type Tls = NonNullable<Config['http']['tls']>

/** `http.tls` of the config; the paths start at its folder. */
export function resolveTls(
  raw: RawTls,
  plainPort: number = defaults.httpPort,
  folder: string,
  report: Report,
): Tls {
  const { port = defaults.httpsPort, certFile, keyFile, scripts = false } = raw
  if (port === plainPort) {
    report(['http', 'tls', 'port'], `${port} is the port of plain HTTP; HTTPS needs another`)
  }
  return { port, certFile: resolve(folder, certFile), keyFile: resolve(folder, keyFile), scripts }
}

/** Files that are not there; they may come later, before the daemon starts. */
export function checkTls(tls: Tls | undefined): Mistake[] {
  if (!tls) return []
  return (['certFile', 'keyFile'] as const).flatMap((key): Mistake[] => {
    const message = fileProblem(tls[key])
    return message === undefined
      ? []
      : [{ severity: 'warning', path: ['http', 'tls', key], message }]
  })
}
