import { parseIpv4, parseSubnet, subnetContains } from '../wire/address.ts'

/** An HTTP proxy: the way out of a network that has no other. URLs without user and password. */
export interface HttpProxy {
  /** For `http:` URLs. */
  readonly http: string
  /** For `https:` URLs. */
  readonly https: string
  /** What is reached without it: names with all below them, addresses, subnets, or `*`. */
  readonly except: readonly string[]
}

/** A proxy as templates know it: empty texts where there is none. */
export interface ProxyNames {
  readonly http: string
  readonly https: string
  /** As the variable `no_proxy` has it. */
  readonly except: string
}

/** The proxy for a URL; undefined where it is reached without one. */
export function proxyFor(url: string, proxy: HttpProxy | undefined): string | undefined {
  if (!proxy || !URL.canParse(url)) return undefined
  const { protocol, hostname } = new URL(url)
  const name = hostname.replace(/^\[|\]$/g, '').toLowerCase()
  if (proxy.except.some(each => covers(each.toLowerCase(), name))) return undefined
  return protocol === 'https:' ? proxy.https : proxy.http
}

/** The proxy as it is for machines and callbacks, which reach the server of this URL without it. */
export function proxyBeside(
  serverUrl: string,
  proxy: HttpProxy | undefined,
): HttpProxy | undefined {
  if (!proxy) return undefined
  const own = new URL(serverUrl).hostname.replace(/^\[|\]$/g, '')
  return { ...proxy, except: [...new Set([own, ...proxy.except])] }
}

/** What templates are told of a proxy. */
export function proxyNames(proxy: HttpProxy | undefined): ProxyNames {
  const { http = '', https = '', except = [] } = proxy ?? {}
  return { http, https, except: except.join() }
}

/** The variables by which programs know a proxy, in the two spellings that are in use; none without one. */
export function proxyEnv({ http, https, except }: ProxyNames): Record<string, string> {
  if (http === '') return {}
  const variables = { http_proxy: http, https_proxy: https, no_proxy: except }
  const upper = Object.entries(variables).map(([name, value]) => [name.toUpperCase(), value])
  // HTTP_PROXY is what a CGI program is told by a client's header (CVE-2016-5385); no program needs it.
  return { ...variables, ...Object.fromEntries(upper.filter(([name]) => name !== 'HTTP_PROXY')) }
}

function covers(exception: string, name: string): boolean {
  if (exception === '*') return true
  const subnet = parseSubnet(exception)
  const address = parseIpv4(name)
  if (subnet) return address !== undefined && subnetContains(subnet, address)
  const bare = exception.replace(/^\*?\./, '')
  return name === bare || (address === undefined && name.endsWith(`.${bare}`))
}
