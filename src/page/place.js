/** @import { Place } from './types.ts' */
import { useEffect, useState } from 'preact/hooks'

/**
 * Reads the part of the address behind `#`.
 * @param {string} hash
 * @returns {Place}
 */
export function readPlace(hash) {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const [view = '', name = ''] = path.split('/')
  return { view: view || 'hosts', name: decode(name), query: new URLSearchParams(query) }
}

/** @param {string} text */
function decode(text) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** @param {string} name of a host */
export function toHost(name) {
  return `#/hosts/${encodeURIComponent(name)}`
}

/**
 * Changes what stands behind `?` without a new step in the browser's history.
 * @param {string} view
 * @param {Record<string, string>} query empty values are left out
 */
export function rewrite(view, query) {
  const given = Object.entries(query).filter(([, value]) => value !== '')
  const text = new URLSearchParams(given).toString()
  const next = `#/${view}${text === '' ? '' : `?${text}`}`
  if (next !== location.hash) history.replaceState(history.state, '', next)
}

/** Where the page is now. */
export function usePlace() {
  const [place, setPlace] = useState(() => readPlace(location.hash))
  useEffect(() => {
    const follow = () => setPlace(readPlace(location.hash))
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  return place
}
