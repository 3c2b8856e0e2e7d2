import { fieldsOf, lineOf } from '../base/untrusted.ts'
import type { HomeAssistantWay, PowerState } from '../boot/power.ts'
import { askByHttp } from './http-request.ts'
import { type Power, PowerError, type PowerTarget, rendered, type WayDeps } from './power.ts'
import { readSecret } from './secret.ts'

/** Seconds for one request, to the end of its answer. */
const patience = 10

/** Power by Home Assistant, which knows every plug: its REST API (developers.home-assistant.io/docs/api/rest). */
export function homeAssistantPower(
  way: HomeAssistantWay,
  target: PowerTarget,
  deps: WayDeps,
): Power {
  const base = new URL(way.url.endsWith('/') ? way.url : `${way.url}/`)
  const entity = () => entityOf(rendered(way.entity, target, deps))
  const ask = async (path: string, body?: string) => {
    const headers = {
      Authorization: `Bearer ${await readSecret(way.tokenFile)}`,
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
    }
    const method = body === undefined ? 'GET' : 'POST'
    const asked = { method, headers, ...(body !== undefined && { body }) } as const
    const { status, text } = await askByHttp(new URL(path, base), asked, patience, deps.signal)
    if (status >= 200 && status < 300) return text
    const address = base.host
    if (status === 401 || status === 403) throw new PowerError({ code: 'bmc-login', address })
    const error = status === 404 ? 'it knows no such thing' : `status ${status}`
    throw new PowerError({ code: 'bmc-refused', address, what: path, error })
  }
  const call = async (service: 'turn_on' | 'turn_off') => {
    const id = entity()
    const [domain] = id.split('.')
    await ask(`api/services/${domain}/${service}`, JSON.stringify({ entity_id: id }))
  }
  return {
    async status(): Promise<PowerState> {
      const id = entity()
      const state = stateIn(await ask(`api/states/${id}`))
      if (state === 'on' || state === 'off') return state
      if (state !== 'unavailable') return 'unknown'
      const error = `it cannot reach ${id}`
      throw new PowerError({ code: 'bmc-refused', address: base.host, what: 'its state', error })
    },
    on: () => call('turn_on'),
    off: () => call('turn_off'),
    pause: way.pause,
  }
}

/** `domain.name`, in lower case letters, digits and `_`. Throws PowerError. */
function entityOf(text: string): string {
  if (/^[a-z0-9_]+\.[a-z0-9_]+$/.test(text)) return text
  throw new PowerError({
    code: 'power-template',
    error: `"${lineOf(text)}" is no entity: switch.NAME`,
  })
}

function stateIn(text: string): unknown {
  try {
    return fieldsOf(JSON.parse(text)).state
  } catch {
    return undefined
  }
}
