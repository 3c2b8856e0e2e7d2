/** A problem before its line and column are known. */
export interface Mistake {
  readonly severity: 'error' | 'warning'
  /** Keys and list positions from the root of the file. */
  readonly path: Path
  readonly message: string
  readonly atKey?: boolean
  readonly hosts?: readonly string[]
}

export type Path = readonly (string | number)[]

/** Takes note of an error at a path; `atKey` points at the key instead of its value. */
export type Report = (path: Path, message: string, atKey?: boolean) => void

/** `hosts.node1.nics[0].mac` */
export function formatPath(path: Path): string {
  return path.reduce<string>(
    (text, step) =>
      typeof step === 'number' ? `${text}[${step}]` : text ? `${text}.${step}` : step,
    '',
  )
}
