import Type, { type Static } from 'typebox'
import { parseDuration } from '../../base/units.ts'
import { parseSubnet, type Subnet } from '../../wire/address.ts'
import { defaults } from '../defaults.ts'
import * as v from './values.ts'

const addresses = Type.Unsafe<string | string[]>({
  title: 'an address or a list of addresses',
  type: ['string', 'array'],
  minLength: 2,
  items: Type.String({ title: 'an address', minLength: 2, examples: ['0.0.0.0'] }),
  minItems: 1,
  examples: ['0.0.0.0'],
})

const count = (title: string) => Type.Integer({ title, minimum: 1, maximum: 1_000_000 })

const httpLimits = v.knownKeys({
  connections: v.key(
    count('a number of connections'),
    'Open at the same time; then the address that has most gives way with its slowest.',
    defaults.http.connections,
  ),
  downloads: v.key(
    count('a number of downloads'),
    'Of files, at the same time; further ones are told to come again in 5 seconds (503, Retry-After).',
    defaults.http.downloads,
  ),
  perAddress: v.key(
    count('a number of connections'),
    'Open at the same time by one address; behind NAT and Docker all machines may have the same.',
    defaults.http.perAddress,
  ),
  headers: v.key(v.duration, 'A client may take so long to ask.', defaults.http.headers),
  body: v.key(v.duration, 'And so long until all of what it posts is there.', defaults.http.body),
  idle: v.key(
    v.duration,
    'A connection on which nothing moves for so long is closed.',
    defaults.http.idle,
  ),
})

const tls = v.knownKeys(
  {
    port: v.key(v.port, 'TCP port.', defaults.httpsPort),
    certFile: v.described(v.path, {
      description: 'Certificate and its chain, PEM. Read again at a reload.',
    }),
    keyFile: v.described(v.path, { description: 'Its key without a password, PEM.' }),
    scripts: v.key(
      Type.Boolean({ title: 'true or false' }),
      'Kernels, answer files and the phone-home URL are HTTPS URLs: for loaders and installers that trust the certificate.',
      false,
    ),
  },
  { title: 'a map with `certFile` and `keyFile`' },
)

export type RawTls = Static<typeof tls>

export const http = v.knownKeys({
  port: v.key(v.port, 'TCP port.', defaults.httpPort),
  tls: v.key(tls, 'The same by HTTPS, beside plain HTTP, which firmware and most loaders need.'),
  address: v.key(
    addresses,
    'Addresses to listen on. Default: every network’s serverAddress and serverAddress6, 127.0.0.1, and ::1 where a network has IPv6.',
  ),
  cacheMiB: v.key(
    Type.Integer({ title: 'a number of MiB', minimum: 0, maximum: 1_048_576 }),
    'Memory for files that are downloaded by HTTPS; larger ones are read from the disk each time. Plain HTTP needs it only where system calls cannot be made (the log says so).',
    defaults.http.cacheMiB,
  ),
  limits: v.key(httpLimits, 'Bounds of what clients may use up.'),
})

const tftpLimits = v.knownKeys({
  transfers: v.key(
    count('a number of downloads'),
    'At the same time; further ones are refused.',
    defaults.tftp.transfers,
  ),
  perAddress: v.key(
    count('a number of downloads'),
    'At the same time to one address; behind NAT and Docker all machines may have the same.',
    defaults.tftp.perAddress,
  ),
})

export const tftp = v.knownKeys({
  port: v.key(v.port, 'UDP port.', defaults.tftpPort),
  allow: v.key(
    Type.Array(v.subnet, { title: 'a list of subnets' }),
    'Who is answered besides the machines in the subnets of the networks, such as what comes through NAT. With a network that says trustUrl everybody is.',
    [],
  ),
  singlePort: v.key(
    Type.Boolean({ title: 'true or false' }),
    'Sends every download from the one port. Else those to machines in our subnets leave a port of their own, so that nobody can acknowledge in their name what he does not hear.',
    defaults.tftp.singlePort,
  ),
  limits: v.key(tftpLimits, 'Bounds of what clients may use up.'),
})

/** The HTTP server's memory and bounds. */
export interface HttpBounds {
  /** Bytes. */
  readonly cache: number
  readonly limits: {
    readonly connections: number
    readonly downloads: number
    readonly perAddress: number
    /** Seconds. */
    readonly headers: number
    /** Seconds. */
    readonly body: number
    /** Seconds. */
    readonly idle: number
  }
}

export interface TftpBounds {
  readonly allow: readonly Subnet[]
  readonly singlePort: boolean
  readonly limits: { readonly transfers: number; readonly perAddress: number }
}

export function httpBounds(raw: Static<typeof http>): HttpBounds {
  const { cacheMiB = defaults.http.cacheMiB, limits = {} } = raw
  const { connections, downloads, perAddress, headers, body, idle } = {
    ...defaults.http,
    ...limits,
  }
  return {
    cache: cacheMiB * 1024 * 1024,
    limits: {
      connections,
      downloads,
      perAddress,
      body: parseDuration(body),
      headers: parseDuration(headers),
      idle: parseDuration(idle),
    },
  }
}

export function tftpBounds(raw: Static<typeof tftp>): TftpBounds {
  const { singlePort, ...limits } = defaults.tftp
  return {
    allow: (raw.allow ?? []).flatMap(text => parseSubnet(text) ?? []),
    singlePort: raw.singlePort ?? singlePort,
    limits: { ...limits, ...raw.limits },
  }
}
