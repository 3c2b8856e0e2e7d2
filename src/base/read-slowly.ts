/** What can be heard and told to wait: a pipe or a socket. */
interface Paused<T> {
  on(event: 'data', listener: (piece: T) => void): unknown
  pause(): unknown
  resume(): unknown
}

/**
 * Takes what a stream says and lets it rest after each piece (milliseconds): one that never stops talking
 * gets a share of our time, and whoever writes into its other end waits.
 */
export function readSlowly<T>(
  stream: Paused<T>,
  restMs: number | (() => number),
  take: (piece: T) => void,
): void {
  const goOn = () => void stream.resume()
  stream.on('data', piece => {
    stream.pause()
    setTimeout(goOn, typeof restMs === 'number' ? restMs : restMs())
    take(piece)
  })
}
