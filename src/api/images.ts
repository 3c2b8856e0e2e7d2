import Type, { type Static } from 'typebox'
import * as v from './values.ts'

const imageRow = v.closed(
  {
    name: v.text('Of its folder below assets/images; elsewhere the whole path.'),
    path: v.text('Absolute path of its folder.'),
    form: Type.Enum(['nixos', 'kexec', 'files']),
    bytes: Type.Number(),
    kernel: v.closed({ name: v.text(), version: v.nullableText() }),
    init: v.nullableText(),
    script: v.nullableText('URL path of the iPXE script that came with it.'),
    problem: v.nullableText('Why it cannot be booted.'),
    profiles: Type.Array(v.text(), { description: 'Those that boot it.' }),
    source: Type.Union(
      [
        v.closed({
          name: v.text('Its name in the catalogue; `agent` is none of it.'),
          version: v.text(),
          arch: v.text(),
          proof: Type.Enum(['signature', 'sum', 'server', 'built'], {
            description:
              'What proved it: its publisher’s key, a sum in the catalogue, or its web server alone; it was built here.',
          }),
          at: v.time(),
          newer: v.nullableText('The version that the catalogue has by now.'),
          replaced: Type.Union([Type.Boolean(), Type.Null()], {
            description:
              'Whether its publisher has replaced it under this version; null: not asked since the daemon started.',
          }),
          packages: Type.Array(v.text(), { description: 'What it was built from here.' }),
        }),
        Type.Null(),
      ],
      { description: 'Where it is from, if it was pulled or built here.' },
    ),
    files: Type.Array(v.closed({ name: v.text(), bytes: Type.Number(), sha256: v.nullableText() })),
  },
  'A folder of boot media.',
)
export type ImageRow = Static<typeof imageRow>

const diskImage = v.closed(
  {
    name: v.text('Of its file below assets/images; elsewhere the whole path.'),
    path: v.text('Absolute path of its file.'),
    bytes: Type.Number({ description: 'As it is kept.' }),
    unpacked: v.nullableNumber('Bytes that it is on a disk; null where nothing says so.'),
    sha256: v.nullableText('Of those.'),
    captured: Type.Union(
      [v.closed({ host: v.text(), install: v.text(), at: v.time() }), Type.Null()],
      {
        description: 'Whose disk it was; null where it was imported.',
      },
    ),
    problem: v.nullableText('Why it is not written.'),
    profiles: Type.Array(v.text(), { description: 'Those that write it.' }),
  },
  'An image that is written onto disks.',
)
export type DiskImageRow = Static<typeof diskImage>

const pull = v.closed(
  {
    name: v.text(),
    version: v.text(),
    arch: v.text(),
    state: Type.Enum(['running', 'done', 'failed']),
    file: v.text('What moves now.'),
    done: Type.Number({ description: 'Bytes of it.' }),
    total: Type.Number({ description: '0: its publisher did not say.' }),
    problem: v.nullableText('Why it failed; no image was changed then.'),
  },
  'The last pull of an image since the daemon started.',
)
export type PullRow = Static<typeof pull>

const entry = v.closed({
  name: v.text(),
  title: v.text(),
  versions: Type.Array(v.text(), { description: 'Those that are written down, newest first.' }),
  usual: v.nullableText('The one that is fetched where none is named.'),
  any: Type.Boolean({ description: 'Takes others too.' }),
  archs: Type.Array(v.text(), { description: 'The first is the usual one.' }),
  profile: v.text('YAML to paste under `profiles:`.'),
})
export type CatalogueRow = Static<typeof entry>

const disc = v.closed(
  {
    name: v.text('Of the image that it becomes.'),
    file: v.text(),
    state: Type.Enum(['arriving', 'opening', 'done', 'failed']),
    part: v.text('What moves now.'),
    done: Type.Number({ description: 'Bytes of it.' }),
    total: Type.Number(),
    problem: v.nullableText('Why it failed; no image was changed then.'),
    profile: v.nullableText('YAML to paste under `profiles:`, when it is done.'),
  },
  'A disc that was brought since the daemon started.',
)
export type DiscRow = Static<typeof disc>

export const imageList = v.closed({
  images: Type.Array(imageRow),
  disks: Type.Array(diskImage),
  pulls: Type.Array(pull),
  discs: Type.Array(disc),
})
export type ImageList = Static<typeof imageList>

export const catalogueList = v.closed({ entries: Type.Array(entry) })
export type CatalogueList = Static<typeof catalogueList>

export const pullBody = v.closed({
  name: Type.String({ minLength: 1, maxLength: 64, description: 'Of the catalogue.' }),
  version: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  arch: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
})
export type PullBody = Static<typeof pullBody>

export const pullAnswer = v.closed({ pull })
export type PullAnswer = Static<typeof pullAnswer>

export const discBody = v.closed({
  name: Type.String({
    pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$',
    title: 'a name for an image',
    description: 'Of the image that it becomes.',
  }),
  file: Type.String({
    pattern: '^[A-Za-z0-9][A-Za-z0-9_.+~-]{0,120}\\.[iI][sS][oO]$',
    title: 'the name of an ISO',
    description: 'Its name; an image that needs the whole disc serves it by that.',
  }),
  bytes: Type.Integer({ minimum: 1, description: 'How large it is.' }),
  replace: Type.Optional(
    Type.Boolean({ description: 'An image of this name may be there, and is replaced.' }),
  ),
})
export type DiscBody = Static<typeof discBody>

export const broughtDisc = v.closed({ disc })
export type BroughtDisc = Static<typeof broughtDisc>

/** Of a piece of a disc. */
export const pieceQuery = v.closed({
  at: Type.Optional(v.digits('Where it begins: the bytes that are there already; 0 without it.')),
})
export type PieceQuery = Static<typeof pieceQuery>

/** `/pulls/NAME`, `/discs/NAME`. */
export const imageParam = v.closed({ name: v.text('Of the image.') })

export const newsAnswer = v.closed({
  unknown: Type.Array(v.text(), {
    description: 'A sentence for each image that nobody can tell of.',
  }),
})
export type NewsAnswer = Static<typeof newsAnswer>
