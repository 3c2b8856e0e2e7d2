import Type, { type Static } from 'typebox'
import { eraseMethods } from '../boot/erased-disk.ts'
import { type OtherResponse, refusals } from './refusals.ts'
import type { RouteSchema } from './route-schema.ts'
import * as v from './values.ts'

const erasedDisk = v.closed({
  disk: v.text(),
  serial: v.nullableText(),
  model: v.nullableText(),
  size: Type.Integer({ description: 'Bytes.' }),
  erased: Type.Boolean({ description: 'It was read back as zeros.' }),
  methods: Type.Array(Type.Enum([...eraseMethods]), {
    description: 'In the order in which they were tried.',
  }),
  checked: Type.Enum(['whole', 'sampled', 'none'], {
    description: 'Whether it was read from end to end, or at many points.',
  }),
  readBack: Type.Integer({ description: 'Bytes that were read back as zeros.' }),
  why: v.nullableText('Why it is not erased.'),
})

const erasureRow = v.closed({
  install: v.text('Its id: what was erased is an install that leaves nothing.'),
  host: v.text(),
  startedAt: v.time(),
  endedAt: v.time(),
  machine: v.closed({
    vendor: v.nullableText(),
    model: v.nullableText(),
    serial: v.nullableText(),
    uuid: v.nullableText(),
  }),
  erased: Type.Boolean({ description: 'Every disk.' }),
  disks: Type.Array(erasedDisk),
})
export type ErasureRow = Static<typeof erasureRow>

const erasuresQuery = v.closed({
  host: Type.Optional(v.text('Only of this host.')),
  limit: Type.Optional(
    v.digits('At most this many; 200 without it.', '^[1-9]\\d{0,3}$', 'a number from 1 to 9999'),
  ),
})
export type ErasuresQuery = Static<typeof erasuresQuery>

const erasureList = v.closed({
  erasures: Type.Array(erasureRow, { description: 'Newest first.' }),
})
export type ErasureList = Static<typeof erasureList>

const erasureParam = v.closed({ install: v.text('The id of its install.') })

/** An answer that is a file of this type. */
function fileOf(type: string, description: string): OtherResponse {
  return { description, content: { [type]: { schema: Type.String({ format: 'binary' }) } } }
}

/** The records of what was erased, and what shows that they are ours. */
export const recordRoutes = {
  erasures: {
    tags: ['installs'],
    summary: 'What was erased',
    querystring: erasuresQuery,
    response: { 200: erasureList, ...refusals },
  },
  erasureRecord: {
    tags: ['installs'],
    summary: 'The record of what was erased, as it is signed',
    params: erasureParam,
    response: {
      200: fileOf('application/octet-stream', 'JSON; always the same bytes.'),
      ...refusals,
    },
  },
  erasureSignature: {
    tags: ['installs'],
    summary: 'The signature of that record',
    description: 'By the key of this daemon, which is made in its data folder at first use.',
    params: erasureParam,
    response: { 200: fileOf('application/octet-stream', '64 bytes (Ed25519).'), ...refusals },
  },
  erasureKey: {
    tags: ['installs'],
    summary: 'The public key that records are signed by',
    response: { 200: fileOf('application/x-pem-file', 'PEM.'), ...refusals },
  },
} as const satisfies Record<string, RouteSchema>
