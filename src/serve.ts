import { stdout } from 'node:process'
import { pino } from 'pino'
import pretty from 'pino-pretty'
import type { Config } from './config/config.ts'
import { startDaemon } from './daemon.ts'
import { StoreError } from './store/database.ts'
import { PortError } from './system/ports.ts'

/** Runs the daemon until SIGTERM or SIGINT. SIGHUP reloads. Returns the exit code. */
export async function serve(config: Config): Promise<number> {
  const stream = stdout.isTTY ? pretty({ sync: true, ignore: 'pid,hostname' }) : pino.destination(1)
  const log = pino({ level: process.env.LOG_LEVEL ?? 'info', base: null }, stream)
  try {
    const daemon = await startDaemon(config, log)
    const reload = () => void daemon.reload().catch(err => log.error({ err }, 'reload failed'))
    process.on('SIGHUP', reload)
    await new Promise<void>(resolve => {
      process.once('SIGTERM', resolve)
      process.once('SIGINT', resolve)
    })
    log.info('stopping')
    await daemon.close()
    process.off('SIGHUP', reload)
    log.info('stopped')
    return 0
  } catch (error) {
    const expected = error instanceof PortError || error instanceof StoreError
    if (expected) process.stderr.write(`bootwright: ${error.message}\n`)
    else log.fatal({ err: error }, 'bootwright cannot go on')
    return 1
  }
}
