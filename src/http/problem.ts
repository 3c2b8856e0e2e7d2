import type { FastifyReply } from 'fastify'

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  409: 'Conflict',
  413: 'Content too large',
  415: 'Unsupported media type',
  421: 'Misdirected request',
  422: 'Unprocessable content',
  429: 'Too many requests',
  500: 'Internal server error',
  503: 'Service unavailable',
}

/**
 * Answers with problem details (RFC 9457); `detail` is the sentence that people read, `property` what of the
 * request is meant: `body.hosts[0]`.
 */
export function sendProblem(
  reply: FastifyReply,
  status: number,
  detail: string,
  property?: string,
): FastifyReply {
  const title = titles[status] ?? 'Error'
  return reply
    .code(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title, status, detail, property }))
}

/** Thrown by a handler that cannot do what it was asked; the app answers with problem details. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly statusCode: number
  /** What of the request is meant: `body.hosts[0]`. */
  readonly property: string | undefined
  constructor(statusCode: number, detail: string, property?: string) {
    super(detail)
    this.statusCode = statusCode
    this.property = property
  }
}
