import { useEffect, useState } from 'preact/hooks'

/** Where the page is: `#/hosts/node1` or `#/hosts?state=failed`. */
export interface PageLocation {
  /** First part of the path. */
  readonly view: string
  /** Second part, decoded; empty where there is none. */
  readonly name: string
  readonly query: URLSearchParams
}

/** Reads the part of the address behind `#`. */
export function readLocation(hash: string): PageLocation {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const [view = '', name = ''] = path.split('/')
  return { view: view || 'hosts', name: decode(name), query: new URLSearchParams(query) }
}

function decode(text: string) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The address of the view of a host. */
export function hostLink(name: string) {
  return `#/hosts/${encodeURIComponent(name)}`
}

/** Changes what stands behind `?`, empty values left out, without a step in the browser's history. */
export function replaceQuery(view: string, query: Record<string, string>) {
  const given = Object.entries(query).filter(([, value]) => value !== '')
  const text = new URLSearchParams(given).toString()
  const next = `#/${view}${text === '' ? '' : `?${text}`}`
  if (next !== location.hash) history.replaceState(history.state, '', next)
}

/** Where the page is now. */
export function usePageLocation() {
  const [at, setAt] = useState(() => readLocation(location.hash))
  useEffect(() => {
    const follow = () => setAt(readLocation(location.hash))
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  return at
}
