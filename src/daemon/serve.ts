import { createOneAtATime } from '../base/one-at-a-time.ts'
import type { Config } from '../config/config.ts'
import { StoreError } from '../store/database.ts'
import { CertificateError } from '../system/certificate.ts'
import { openLog, stdoutLines } from '../system/log-lines.ts'
import { PortError } from '../system/ports.ts'
import { SecretError } from '../system/secrets.ts'
import { type Daemon, startDaemon } from './start.ts'

/** Runs the daemon until SIGTERM or SIGINT. SIGHUP reloads. Returns the exit code. */
export async function serve(config: Config): Promise<number> {
  const log = openLog(process.env.LOG_LEVEL ?? 'info', await stdoutLines())
  let daemon: Daemon | undefined
  // From the first moment on: an unheard SIGHUP would end the process.
  const reload = createOneAtATime(async () => {
    await daemon?.reload().catch(err => log.error({ err }, 'reload failed'))
  }, performance.now.bind(performance))
  process.on('SIGHUP', reload)
  const failed = (error: unknown): number => {
    if (isExpected(error)) process.stderr.write(`bootwright: ${error.message}\n`)
    else log.fatal({ err: error }, 'bootwright cannot go on')
    return 1
  }
  // A page of the database that turns out to be damaged, and whatever nobody thought of.
  process.on('uncaughtException', error => process.exit(failed(error)))
  try {
    daemon = await startDaemon(config, log)
    await new Promise<void>(resolve => {
      process.once('SIGTERM', () => resolve())
      process.once('SIGINT', () => resolve())
    })
    log.info('stopping')
    await daemon.close()
    log.info('stopped')
    return 0
  } catch (error) {
    return failed(error)
  }
}

/** What an operator can put right: one sentence, and no stack. */
function isExpected(error: unknown): error is Error {
  return [PortError, StoreError, SecretError, CertificateError].some(kind => error instanceof kind)
}
