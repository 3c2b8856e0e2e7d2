/** Bytes as people say them: on the command line, in timelines and on the page. */
export function amount(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} B`
  if (bytes < 999_500) return `${(bytes / 1000).toFixed(0)} kB`
  if (bytes < 9.95e6) return `${(bytes / 1e6).toFixed(1)} MB`
  if (bytes < 999.5e6) return `${(bytes / 1e6).toFixed(0)} MB`
  return `${(bytes / 1e9).toFixed(1)} GB`
}

/** `initrd 512 MB of 2.0 GB, 110 MB/s, 14 s left`; `rate` is bytes a second, `left` seconds. */
export function howFar(file: {
  readonly name: string
  readonly bytes: number
  readonly size: number
  readonly rate: number
  readonly left: number | null
}): string {
  const { name, bytes, size, rate, left } = file
  const rest = left === null || bytes === size ? '' : `, ${left} s left`
  return `${name} ${amount(bytes)} of ${amount(size)}, ${amount(rate)}/s${rest}`
}

/** `1 boot`, `3 boots`, `10,000 boots` */
export function countOf(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}

/** `1st`, `2nd`, `3rd`, `11th` */
export function ordinal(n: number): string {
  const teen = Math.floor(n / 10) % 10 === 1
  const ending = teen ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')
  return `${n}${ending}`
}
