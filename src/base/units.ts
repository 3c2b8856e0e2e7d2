const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

const bytes: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
  TB: 1000 ** 4,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
}

/** Every spelling fits into the 32 bits that DHCP has for a time. */
export const durationPattern = '^[1-9](?:[0-9]{0,8}s|[0-9]{0,6}m|[0-9]{0,4}h|[0-9]{0,3}d)$'

export const sizePattern = '^[1-9][0-9]{0,5}(?:B|KiB|MiB|GiB|TiB)$'

/** Disks are sold by the thousand. */
export const diskSizePattern = '^[1-9][0-9]{0,5}(?:kB|MB|GB|TB|KiB|MiB|GiB|TiB)$'

/** Seconds of a checked duration: `90s`, `15m`, `24h`, `7d`, or a number of seconds. */
export function parseDuration(value: string | number): number {
  return typeof value === 'number' ? value : scale(value, seconds)
}

/** Bytes of a checked size: `10MiB`, `1GiB`, for a disk also `500GB`, or a number of bytes. */
export function parseSize(value: string | number): number {
  return typeof value === 'number' ? value : scale(value, bytes)
}

function scale(text: string, units: Readonly<Record<string, number>>): number {
  const unit = text.replace(/^[0-9]+/, '')
  return Number.parseInt(text, 10) * (units[unit] ?? Number.NaN)
}
