import { createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Agent, type Dispatcher, ProxyAgent, request } from 'undici'
import { given } from '../base/given.ts'
import type { Delivery, Target } from '../boot/install.ts'
import type { Reason } from '../boot/reason.ts'

/** How a delivery ended: told, or why not. */
export type PostResult = { readonly ok: true } | { readonly ok: false; readonly why: Reason }

/** A receiver that redirects would have us sign a body for somebody else, so none is followed. */
const agent = new Agent({ keepAliveTimeout: 4000, connections: 16 })

/** One for each proxy of the config, of which there are few. */
const throughProxy = new Map<string, ProxyAgent>()

function dispatcherFor(proxy: string | undefined): Dispatcher {
  if (proxy === undefined) return agent
  const known = throughProxy.get(proxy)
  const made = known ?? new ProxyAgent({ uri: proxy, keepAliveTimeout: 4000, connections: 16 })
  throughProxy.set(proxy, made)
  return made
}

/** Posts a webhook's body once. Any 2xx is a delivery. Never throws. */
export async function sendWebhook(
  target: Extract<Target, { kind: 'webhook' }>,
  delivery: Pick<Delivery, 'key' | 'body'>,
  signal: AbortSignal,
): Promise<PostResult> {
  const milliseconds = target.timeout * 1000
  try {
    const { statusCode, body } = await request(target.url, {
      dispatcher: dispatcherFor(target.proxy),
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'Idempotency-Key': delivery.key,
        ...(await signature(target.secretFile, delivery.body)),
      },
      body: delivery.body,
      headersTimeout: milliseconds,
      bodyTimeout: milliseconds,
      signal: AbortSignal.any([signal, AbortSignal.timeout(milliseconds)]),
    })
    await body.dump({ limit: 65_536 })
    if (statusCode >= 200 && statusCode < 300) return { ok: true }
    return { ok: false, why: { code: 'answered-status', status: statusCode } }
  } catch (error) {
    return { ok: false, why: whyOf(error, target.timeout) }
  }
}

/** `X-Bootwright-Signature: sha256=<hex HMAC of the body>`, where the callback has a secret. */
async function signature(secretFile: string | undefined, body: string) {
  if (secretFile === undefined) return {}
  const secret = (await readFile(secretFile, 'utf8')).trim()
  const hex = createHmac('sha256', secret).update(body).digest('hex')
  return { 'X-Bootwright-Signature': `sha256=${hex}` }
}

function whyOf(error: unknown, timeout: number): Reason {
  if (!(error instanceof Error)) return { code: 'request-failed', error: String(error) }
  if (error.name === 'TimeoutError') return { code: 'no-answer-in-time', seconds: timeout }
  const { code } = error as NodeJS.ErrnoException
  return { code: 'request-failed', error: error.message, ...given('errno', code) }
}
