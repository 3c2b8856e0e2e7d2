import { given } from '../base/given.ts'
import type { HttpWay, PowerRequest } from '../boot/power.ts'
import { askByHttp } from './http-request.ts'
import { type Power, PowerError, type PowerTarget, rendered, type WayDeps } from './power.ts'
import { basicAuthorization, readSecret } from './secret.ts'
import { stateIn } from './state-in.ts'

/** Seconds for one request, to the end of its answer. */
const patience = 10

/** Power by requests of HTTP: smart plugs, PDUs, Home Assistant, PiKVM, Proxmox. */
export function httpPower(way: HttpWay, target: PowerTarget, deps: WayDeps): Power {
  const { status, pause } = way
  const ask = (one: PowerRequest) => send(one, way, target, deps)
  return {
    status: async () => (status ? stateIn(await ask(status), status) : 'unknown'),
    async on() {
      await ask(way.on)
    },
    async off() {
      await ask(way.off)
    },
    pause,
  }
}

async function send(
  one: PowerRequest,
  way: HttpWay,
  target: PowerTarget,
  deps: WayDeps,
): Promise<string> {
  const url = URL.parse(rendered(one.url, target, deps))
  if (!url || !/^https?:$/.test(url.protocol)) {
    const error = `${one.url} does not come to an http:// or https:// URL`
    throw new PowerError({ code: 'power-template', error })
  }
  const json = one.body === undefined ? undefined : rendered(one.body, target, deps)
  const headers = {
    ...(await credentialsOf(way)),
    ...(json !== undefined && { 'Content-Type': 'application/json' }),
  }
  const asked = { method: one.method, headers, ...(json !== undefined && { body: json }) }
  const { status, text } = await askByHttp(url, asked, patience, deps.signal)
  if (status >= 200 && status < 300) return text
  throw refusalOf(status, url.host, way)
}

function refusalOf(status: number, address: string, way: HttpWay): PowerError {
  if (status === 401 || status === 403) {
    return new PowerError({ code: 'bmc-login', address, ...given('user', way.account?.user) })
  }
  const what = 'the request'
  return new PowerError({ code: 'bmc-refused', address, what, error: `status ${status}` })
}

async function credentialsOf({ account, tokenFile }: HttpWay): Promise<Record<string, string>> {
  if (tokenFile !== undefined) return { Authorization: `Bearer ${await readSecret(tokenFile)}` }
  if (!account) return {}
  const { user, passwordFile } = account
  return basicAuthorization(user, await readSecret(passwordFile))
}
