import Type, { type Static, type TSchema } from 'typebox'
import { diskSizePattern, durationPattern, sizePattern } from '../../base/units.ts'

// `title` and the first of `examples` also make the sentence of a mistake: "… is not <title>; write it
// like <example>". So a title reads as a noun with its article.

const octet = '(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])'
const ipv4 = `${octet}(?:\\.${octet}){3}`
const hex = '[0-9a-fA-F]'

export const addressPattern = `^${ipv4}$`

export const mac = Type.String({
  title: 'a MAC address',
  pattern: `^(?:${hex}{2}([:-])${hex}{2}(?:\\1${hex}{2}){4}|${hex}{12}|${hex}{4}(?:\\.${hex}{4}){2})$`,
  examples: ['52:54:00:12:34:56'],
})

export const address = Type.String({
  title: 'an IPv4 address',
  pattern: addressPattern,
  examples: ['10.77.0.20'],
})

export const subnet = Type.String({
  title: 'a subnet',
  pattern: `^${ipv4}/(?:3[0-2]|[12]?[0-9])$`,
  examples: ['10.77.0.0/24'],
})

export const range = Type.String({
  title: 'a range of addresses',
  pattern: `^${ipv4} *- *${ipv4}$`,
  examples: ['10.77.0.50-10.77.0.150'],
})

/** Roughly: what looks like one is read when the config is resolved. */
const ipv6 = `${hex}{0,4}(?::${hex}{0,4}){1,7}(?::${ipv4})?`

export const address6 = Type.String({
  title: 'an IPv6 address',
  pattern: `^${ipv6}$`,
  examples: ['fd00:77::1'],
})

export const subnet6 = Type.String({
  title: 'an IPv6 subnet',
  pattern: `^${ipv6}/(?:12[0-8]|1[01][0-9]|[1-9]?[0-9])$`,
  examples: ['fd00:77::/64'],
})

export const range6 = Type.String({
  title: 'a range of IPv6 addresses',
  pattern: `^${ipv6} *- *${ipv6}$`,
  examples: ['fd00:77::1000-fd00:77::1fff'],
})

export const uuid = Type.String({
  title: 'a UUID',
  pattern: `^${hex}{8}(?:-${hex}{4}){3}-${hex}{12}$`,
  examples: ['4c4c4544-0042-4a10-8051-b7c04f4d3632'],
})

export const serial = Type.String({
  title: 'a serial number',
  pattern: '^[!-~](?:[ -~]{0,126}[!-~])?$',
  examples: ['CZJ1234567'],
})

/** Remote and circuit id as relays write them. */
export const switchPort = Type.String({
  title: 'a port of a switch',
  pattern: '^[!-~]{1,255}$',
  examples: ['LEAF7/Ethernet12'],
})

export const name = Type.String({
  title: 'a name',
  pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$',
  examples: ['debian'],
})

export const hostName = Type.String({
  title: 'a host name (up to 63 letters, digits, hyphens; dots between labels)',
  pattern: '^(?=.{1,253}$)[A-Za-z0-9][A-Za-z0-9-]{0,62}(?:\\.[A-Za-z0-9][A-Za-z0-9-]{0,62})*$',
  examples: ['node1'],
})

export const varName = Type.String({
  title: 'a name that templates can use',
  pattern: '^[A-Za-z][A-Za-z0-9_-]*$',
  examples: ['disk'],
})

export const envName = Type.String({
  title: 'the name of a variable',
  pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
  examples: ['DISK'],
})

export const tag = Type.String({
  title: 'a tag',
  pattern: '^[A-Za-z0-9][A-Za-z0-9_.:/-]*$',
  examples: ['lab'],
})

export const domain = Type.String({
  title: 'a domain',
  pattern: '^(?=.{1,253}$)[A-Za-z0-9-]{1,63}(?:\\.[A-Za-z0-9-]{1,63})*$',
  examples: ['lab.example'],
})

/** An address, also of IPv6, or a name that is looked up. */
export const hostOrAddress = Type.String({
  title: 'an address or a name',
  pattern: '^(?:[A-Za-z0-9][A-Za-z0-9.-]{0,252}|[0-9A-Fa-f:.]{2,45})$',
  examples: ['10.77.1.21'],
})

export const interfaceName = Type.String({
  title: 'the name of a network interface',
  pattern: '^[^\\s/]{1,15}$',
  examples: ['br0'],
})

export const path = Type.String({
  title: 'a path',
  minLength: 1,
  examples: ['images/debian/linux'],
})

export const sha256 = Type.String({
  title: 'a sha256 in hex (64 digits)',
  pattern: `^${hex}{64}$`,
})

export const loaderName = Type.String({
  title: 'the file name of a loader',
  pattern: '^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,126}$',
  examples: ['snponly.efi'],
})

/** 0 lets the system choose, for tests. */
export const port = Type.Integer({ title: 'a port', minimum: 0, maximum: 65_535 })

export const duration = Type.Unsafe<string | number>({
  title: 'a time',
  type: ['string', 'integer'],
  pattern: durationPattern,
  minimum: 1,
  maximum: 999_999_999,
  examples: ['90s', '15m', '24h', '7d'],
})

export const size = Type.Unsafe<string | number>({
  title: 'a size',
  type: ['string', 'integer'],
  pattern: sizePattern,
  minimum: 1,
  examples: ['10MiB', '1GiB'],
})

export const diskSize = Type.Unsafe<string | number>({
  title: 'the size of a disk',
  type: ['string', 'integer'],
  pattern: diskSizePattern,
  minimum: 1,
  examples: ['500GB', '20GiB'],
})

/** An object of known keys; every other key is a mistake. */
export function knownKeys<T extends Record<string, TSchema>>(properties: T, options: object = {}) {
  return Type.Object(properties, { ...options, additionalProperties: false })
}

/** A map from names of the operator's own choice. */
export function mapOf<T extends TSchema>(names: TSchema, values: T, options: object = {}) {
  return Type.Unsafe<Record<string, Static<T>>>({
    ...options,
    type: 'object',
    propertyNames: names,
    additionalProperties: values,
  })
}

/** An optional key with its meaning and, where it has one, its default. */
export function key<T extends TSchema>(schema: T, description: string, value?: unknown) {
  return Type.Optional(
    described(schema, value === undefined ? { description } : { description, default: value }),
  )
}

/** The same schema with more said about it. */
export function described<T extends TSchema>(schema: T, more: object) {
  return Type.Unsafe<Static<T>>({ ...schema, ...more })
}
