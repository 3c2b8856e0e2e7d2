/** Whether a UUID says nothing: boards without one say all zeros or all ones (SMBIOS 7.2.1). */
export function isNoUuid(uuid: string | undefined): boolean {
  return /^[0f-]*$/i.test(uuid ?? '')
}

/** Whether two UUIDs are one machine's. Either byte order counts (RFC 4578, SMBIOS 2.6). */
export function isSameUuid(one: string, other: string): boolean {
  return uuidSpellings(one).includes(other.toLowerCase())
}

/** A machine's UUID in both byte orders, the one that it came in first. */
export function uuidSpellings(uuid: string): readonly [string, string] {
  const text = uuid.toLowerCase()
  return [text, swap(text)]
}

function swap(uuid: string): string {
  const [a = '', b = '', c = '', ...rest] = uuid.split('-')
  const turn = (hex: string) => (hex.match(/../g) ?? []).reverse().join('')
  return [turn(a), turn(b), turn(c), ...rest].join('-')
}
