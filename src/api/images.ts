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
    files: Type.Array(v.closed({ name: v.text(), bytes: Type.Number(), sha256: v.nullableText() })),
  },
  'A folder of boot media.',
)
export type ImageRow = Static<typeof imageRow>

export const imageList = v.closed({ images: Type.Array(imageRow) })
export type ImageList = Static<typeof imageList>
