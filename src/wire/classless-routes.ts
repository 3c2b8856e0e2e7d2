import { type Ipv4, ipv4OfBytes, ipv4ToBytes, type Subnet, subnetOf } from './address.ts'
import { WireError } from './error.ts'

/** A way to a subnet; the default route is the way to 0.0.0.0/0. */
export interface Route {
  readonly to: Subnet
  readonly via: Ipv4
}

/** Option 121: prefix length, as many bytes of the subnet as count, router (RFC 3442). */
export function routesToBytes(routes: readonly Route[]): Uint8Array {
  return Uint8Array.from(
    routes.flatMap(({ to, via }) => [
      to.prefix,
      ...ipv4ToBytes(to.base).subarray(0, bytesOfPrefix(to.prefix)),
      ...ipv4ToBytes(via),
    ]),
  )
}

/** The routes of option 121. Throws WireError when one is cut short or has a prefix over 32. */
export function routesOfBytes(bytes: Uint8Array): Route[] {
  const routes: Route[] = []
  let at = 0
  while (at < bytes.length) {
    const prefix = bytes[at] ?? 0
    if (prefix > 32) throw new WireError(`a prefix of ${prefix} bits`)
    const router = at + 1 + bytesOfPrefix(prefix)
    if (router + 4 > bytes.length) throw new WireError('a route is cut short')
    const base = new Uint8Array(4)
    base.set(bytes.subarray(at + 1, router))
    routes.push({ to: subnetOf(ipv4OfBytes(base), prefix), via: ipv4OfBytes(bytes, router) })
    at = router + 4
  }
  return routes
}

function bytesOfPrefix(prefix: number): number {
  return Math.ceil(prefix / 8)
}
