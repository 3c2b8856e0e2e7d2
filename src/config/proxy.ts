import type { HttpProxy } from '../boot/proxy.ts'
import type { Path, Report } from './check/mistake.ts'
import type { RawProxy } from './schema/proxy.ts'

/** What never goes through a proxy: this computer itself. */
const local = ['localhost', '127.0.0.1', '::1']

/** What a config says of a proxy; `above` counts where it says nothing. */
export function resolveProxy(
  raw: RawProxy | undefined,
  above: HttpProxy | undefined,
): HttpProxy | undefined {
  if (raw === undefined) return above
  if (raw === 'none') return undefined
  const { http, https = http, except = [] } = typeof raw === 'string' ? { http: raw } : raw
  return { http, https, except: [...local, ...except] }
}

/** Reports user and password in the URLs of a proxy, without showing them. */
export function checkProxy(raw: RawProxy | undefined, path: Path, report: Report): void {
  const urls = typeof raw === 'object' ? [raw.http, raw.https ?? ''] : [raw ?? '']
  if (!urls.some(url => url.includes('@'))) return
  report(path, 'has user or password in its URL, and every answer file would show them')
}
