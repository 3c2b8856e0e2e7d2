import { type Dispatcher, request } from 'undici'
import { readAnswer, redirected, whyNoAnswer } from './answer.ts'

export interface HttpAsked {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** Where its connections come from; without one each request has its own. */
  readonly dispatcher?: Dispatcher
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/**
 * The whole answer, whatever its status, within so many seconds. Nobody is followed elsewhere, where it would
 * be somebody else who gets the password. Throws PowerError.
 */
export async function askByHttp(
  url: URL,
  { method, headers, body, dispatcher }: HttpAsked,
  seconds: number,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const address = url.host
  try {
    const answer = await request(url, {
      ...{ method, headers },
      ...(body !== undefined && { body }),
      // What it holds open is no use to anybody: the next request may be hours away.
      ...(dispatcher ? { dispatcher } : { reset: true }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)]),
    })
    const text = await readAnswer(answer.body, address)
    const { statusCode: status } = answer
    if (status >= 300 && status < 400) throw redirected(answer.headers.location, address)
    return { status, headers: answer.headers, text }
  } catch (error) {
    throw whyNoAnswer(error, address, seconds)
  }
}
