/** @import { Session } from '../api/admin.ts' */

/** What the daemon answered instead of doing it; the message is its sentence. */
export class Refused extends Error {
  /** @param {number} status @param {string} message */
  constructor(status, message) {
    super(message)
    this.status = status
  }
}

/**
 * The admin API with the session of this browser.
 * @typedef {ReturnType<typeof createApi>} Api
 */
export function createApi() {
  /** @type {string | null} */
  let csrf = null
  let loggedOut = () => {}

  /**
   * @param {string} method @param {string} path @param {unknown} [body] @param {string} [key]
   * @returns {Promise<any>}
   */
  const ask = async (method, path, body, key) => {
    const answer = await send(method, path, body, key)
    if (answer.status === 401 && path !== '/session') loggedOut()
    if (!answer.ok) throw new Refused(answer.status, await sentenceOf(answer))
    return answer.status === 204 ? undefined : answer.json()
  }
  /** @param {string} method @param {string} path @param {unknown} [body] @param {string} [key] */
  const send = (method, path, body, key) => {
    const headers = new Headers()
    if (csrf !== null && method !== 'GET') headers.set('X-CSRF-Token', csrf)
    if (key !== undefined) headers.set('Idempotency-Key', key)
    if (body !== undefined) headers.set('Content-Type', 'application/json')
    const content = body === undefined ? null : JSON.stringify(body)
    return fetch(`/api/v1${path}`, { method, headers, body: content }).catch(() => {
      throw new Refused(0, 'The daemon cannot be reached.')
    })
  }
  /** @param {Session} session */
  const keep = session => {
    csrf = session.csrf
    return session
  }

  return {
    /** @param {string} path */
    get: path => ask('GET', path),
    /**
     * @param {string} path
     * @param {unknown} [body]
     * @param {string} [key] the same request with the same key is done once
     */
    post: (path, body, key) => ask('POST', path, body, key),
    /**
     * What the path says, or undefined where this daemon has no such path.
     * @param {string} path
     */
    async find(path) {
      try {
        return await ask('GET', path)
      } catch (error) {
        if (error instanceof Refused && error.status === 404) return undefined
        throw error
      }
    },
    /** @returns {Promise<Session>} */
    session: async () => keep(await ask('GET', '/session')),
    /** @param {string} token @returns {Promise<Session>} */
    login: async token => keep(await ask('POST', '/session', { token })),
    async logout() {
      await ask('DELETE', '/session')
      csrf = null
    },
    /** @param {() => void} listener told when the session has ended */
    whenLoggedOut(listener) {
      loggedOut = listener
    },
  }
}

/** @param {Response} answer */
async function sentenceOf(answer) {
  const problem = await answer.json().catch(() => ({}))
  return typeof problem.detail === 'string'
    ? problem.detail
    : `The daemon answered ${answer.status}.`
}
