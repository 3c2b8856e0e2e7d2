import { get } from 'node:http'

/** Fetches a file a piece at a time, until it is told to hurry; that resolves at the end. */
export function fetchSlowly(url: string, from: string, pauseMs = 5): () => Promise<void> {
  const end = Promise.withResolvers<void>()
  let hurries = false
  // Whoever does not wait for the end does not mind that it is cut.
  end.promise.catch(() => {})
  get(url, { localAddress: from, agent: false }, answer => {
    answer.on('data', () => {
      if (hurries) return
      answer.pause()
      setTimeout(() => answer.resume(), pauseMs)
    })
    answer.on('end', end.resolve).on('error', end.reject)
  }).on('error', end.reject)
  return () => {
    hurries = true
    return end.promise
  }
}
