/** A problem before its line and column are known. */
export interface Mistake {
  readonly severity: 'error' | 'warning'
  /** Keys and list positions from the root of the file. */
  readonly path: Path
  readonly message: string
  readonly atKey?: boolean
  /** Further places that it is about: where one of them is broken, this only follows from it. */
  readonly also?: readonly Path[]
  readonly hosts?: readonly string[]
}

export type Path = readonly (string | number)[]

/**
 * Takes note of an error at a path; `atKey` points at the key instead of its value. `also` are further
 * places that it is about, such as keys that it misses.
 */
export type Report = (path: Path, message: string, atKey?: boolean, also?: readonly Path[]) => void

/** The places of these keys below a path. */
export function placesOf(path: Path, ...keys: readonly string[]): Path[] {
  return keys.map(key => [...path, key])
}

/** `hosts.node1.nics[0].mac` */
export function formatPath(path: Path): string {
  return path.reduce<string>(
    (text, step) =>
      typeof step === 'number' ? `${text}[${step}]` : text ? `${text}.${step}` : step,
    '',
  )
}
