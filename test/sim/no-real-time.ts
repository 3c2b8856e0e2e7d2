/** What would make a play another one each time; `performance.now` only measures how long answers take. */
const real = {
  ...{ setTimeout: globalThis.setTimeout, setInterval: globalThis.setInterval },
  setImmediate: globalThis.setImmediate,
}
const { now } = Date
const { random } = Math

/** Calls back with where it was asked, for each use of the computer's own time or chance, until it is ended. */
export function forbidRealTime(used: (where: string) => void): () => void {
  const told = (name: string) => {
    const where = new Error().stack?.split('\n')[3]?.trim() ?? ''
    // Node itself may, when it loads its modules.
    if (!where.includes('node:internal')) used(`${name} was asked ${where}`)
  }
  const watched = <F extends (...values: never[]) => unknown>(name: string, work: F): F =>
    ((...values: Parameters<F>) => {
      told(name)
      return work(...values)
    }) as F
  for (const name of ['setTimeout', 'setInterval', 'setImmediate'] as const) {
    Object.assign(globalThis, { [name]: watched(name, real[name] as never) })
  }
  Date.now = watched('Date.now', now)
  Math.random = watched('Math.random', random)
  return () => {
    Object.assign(globalThis, real)
    Date.now = now
    Math.random = random
  }
}

/** The computer's own, for whoever lets a play happen. */
export const { setImmediate: realTurn } = real
