/** `{ key: value }`, or nothing when there is no value. */
export function given<K extends string, V>(key: K, value: V | undefined | ''): { [k in K]?: V } {
  return value === undefined || value === '' ? {} : ({ [key]: value } as { [k in K]: V })
}
