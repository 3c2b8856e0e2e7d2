import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import type { Log } from '../base/log.ts'

/** fastify's own lines, in the daemon's log. */
export function fastifyLog(log: Log): FastifyBaseLogger {
  const writer = (level: keyof Log) => (what: unknown, text?: unknown) => {
    if (what instanceof Error) log[level]({ err: what }, what.message)
    else if (typeof what === 'object' && what) log[level](shortened(what), String(text ?? ''))
    else log[level](String(what))
  }
  const debug = writer('debug')
  return {
    level: 'info',
    ...{ debug, info: writer('info'), warn: writer('warn'), error: writer('error') },
    ...{ fatal: writer('fatal'), trace: debug, silent: () => {} },
    // What a child would add to each line (a number of the request) stands nowhere else.
    child: () => fastifyLog(log),
  }
}

/** A request and an answer are large: what they are about says enough. */
function shortened(
  fields: object & { readonly req?: FastifyRequest; readonly res?: FastifyReply },
): object {
  const { req, res, ...rest } = fields
  return {
    ...rest,
    ...(req && { req: { method: req.method, url: req.url } }),
    ...(res && { res: { statusCode: res.statusCode } }),
  }
}
