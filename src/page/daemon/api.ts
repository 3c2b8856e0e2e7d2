import type { SessionInfo } from '../../api/admin.ts'

export type Api = ReturnType<typeof createApi>

/** What the daemon answered instead of doing it; the message is its sentence. */
export class ApiRefusal extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** The admin API with the session of this browser. */
export function createApi() {
  let csrf: string | null = null
  let loggedOut = () => {}

  const ask = async <T>(method: string, path: string, body?: unknown, key?: string): Promise<T> => {
    const answer = await send(method, path, body, key)
    if (answer.status === 401 && path !== '/session') loggedOut()
    if (!answer.ok) throw new ApiRefusal(answer.status, await sentenceOf(answer))
    return (answer.status === 204 ? undefined : await answer.json()) as T
  }
  const send = (method: string, path: string, body?: unknown, key?: string) => {
    const headers = new Headers()
    if (csrf !== null && method !== 'GET') headers.set('X-CSRF-Token', csrf)
    if (key !== undefined) headers.set('Idempotency-Key', key)
    const isBytes = body instanceof Blob
    const type = isBytes ? 'application/octet-stream' : 'application/json'
    if (body !== undefined) headers.set('Content-Type', type)
    const content = body === undefined ? null : isBytes ? body : JSON.stringify(body)
    return fetch(`/api/v1${path}`, { method, headers, body: content }).catch(() => {
      throw new ApiRefusal(0, 'The daemon cannot be reached.')
    })
  }
  const keep = (session: SessionInfo) => {
    csrf = session.csrf
    return session
  }

  return {
    get: <T>(path: string) => ask<T>('GET', path),
    /** The same request with the same key is done once. */
    post: <T>(path: string, body?: unknown, key?: string) => ask<T>('POST', path, body, key),
    /** Bytes, as they are. */
    put: <T>(path: string, bytes: Blob) => ask<T>('PUT', path, bytes),
    remove: (path: string) => ask<undefined>('DELETE', path),
    /** What the path says, or undefined where this daemon has no such path. */
    async find<T>(path: string) {
      try {
        return await ask<T>('GET', path)
      } catch (error) {
        if (error instanceof ApiRefusal && error.status === 404) return undefined
        throw error
      }
    },
    session: async (): Promise<SessionInfo> => keep(await ask('GET', '/session')),
    login: async (token: string, stay: boolean) =>
      keep(await ask<SessionInfo>('POST', '/session', { token, ...(stay && { stay }) })),
    async logout() {
      await ask('DELETE', '/session')
      csrf = null
    },
    /** The listener is told when the session has ended. */
    whenLoggedOut(listener: () => void) {
      loggedOut = listener
    },
  }
}

async function sentenceOf(answer: Response) {
  const problem = await answer.json().catch(() => ({}))
  return typeof problem.detail === 'string'
    ? problem.detail
    : `The daemon answered ${answer.status}.`
}
