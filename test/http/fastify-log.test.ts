import t from 'tap'
import type { Log } from '../../src/base/log.ts'
import { fastifyLog } from '../../src/http/fastify-log.ts'

t.test("fastify's own lines stand in the daemon's log, and are short", async t => {
  const lines: unknown[][] = []
  const write = (level: string) => (fields: object | string, text?: string) => {
    lines.push([level, fields, ...(text === undefined ? [] : [text])])
  }
  const log: Log = {
    ...{ debug: write('debug'), info: write('info'), warn: write('warn') },
    ...{ error: write('error'), fatal: write('fatal') },
  }
  const err = new Error('gone')
  const out = fastifyLog(log).child({ reqId: 'req-1' })
  out.warn('a line')
  out.error({ err }, 'failed')
  out.error(err)
  const app = { method: 'GET', url: '/boot.ipxe', raw: { socket: {} } }
  out.info({ req: app, res: { statusCode: 200, raw: {} } }, 'stream closed')
  out.trace({}, 'looked')
  t.strictSame(lines, [
    ['warn', 'a line'],
    ['error', { err }, 'failed'],
    ['error', { err }, 'gone'],
    [
      'info',
      { req: { method: 'GET', url: '/boot.ipxe' }, res: { statusCode: 200 } },
      'stream closed',
    ],
    ['debug', {}, 'looked'],
  ])
})
