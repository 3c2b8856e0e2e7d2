import Type, { type Static } from 'typebox'
import { imageName } from '../boot/disk-image.ts'
import { hostStates } from '../boot/host-state.ts'
import * as v from './values.ts'

export const installRow = v.closed({
  id: v.text('Sorts by time.'),
  profile: v.text(),
  askedAt: v.time(),
  endedAt: v.nullableTime(),
  outcome: v.nullableText('installed, failed, cancelled, replaced; null while it is under way.'),
  reason: v.nullableText(),
  code: v.code(),
  attempts: Type.Integer(),
})
export type InstallRow = Static<typeof installRow>

const scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean()])

/** Which hosts a question is about. */
export const choiceQuery = v.closed({
  host: Type.Optional(v.several('Names or globs.')),
  where: Type.Optional(v.several('tag=T, profile=P, state=S or facts.NAME>=N; all must hold.')),
})
export type ChoiceQuery = Static<typeof choiceQuery>

/** Which hosts a request is for. */
export const choice = {
  hosts: Type.Optional(Type.Array(Type.String(), { description: 'Names or globs.' })),
  where: Type.Optional(
    Type.Array(Type.String(), {
      description: 'tag=T, profile=P, state=S or facts.NAME>=N; all must hold.',
    }),
  ),
}

const eraseWish = v.closed(
  {
    disks: Type.Optional(
      Type.Enum(['expected', 'all'], {
        description:
          'expected (default): only where `expect.disk` of the host’s profile covers every disk. all: whatever is there.',
      }),
    ),
    method: Type.Optional(Type.Enum(['auto', 'overwrite'])),
    check: Type.Optional(Type.Enum(['sampled', 'whole'])),
  },
  'Empties the disks of the machines, instead of installing anything.',
)

const captureWish = v.closed(
  {
    image: Type.String({
      pattern: imageName.source,
      title: 'a name for an image',
      description: 'It becomes images/NAME.raw.zst below the assets.',
    }),
    overwrite: Type.Optional(
      Type.Boolean({ description: 'An image of this name may be there, and is replaced.' }),
    ),
  },
  'Makes an image of the disk of one machine, instead of installing anything. The disk is chosen as for an image that is written, by the var `disk` and `expect.disk`, and is only read.',
)

export const askBody = v.closed({
  ...choice,
  profile: Type.Optional(v.text('This instead of the host’s own, for this install only.')),
  vars: Type.Optional(Type.Record(Type.String(), scalar)),
  erase: Type.Optional(eraseWish),
  capture: Type.Optional(captureWish),
  replace: Type.Optional(
    Type.Boolean({ description: 'Also where an install has begun: it starts over.' }),
  ),
  power: Type.Optional(
    Type.Boolean({
      description:
        'false: machines are started by somebody else. Default: those with a way to their power are reset.',
    }),
  ),
  by: Type.Optional(
    Type.Enum(['kexec', 'media'], {
      description:
        'kexec: the system that runs on the machine boots the installer, by the `running` of its host. media: its BMC is given an image to boot from.',
    }),
  ),
  dryRun: Type.Optional(
    Type.Boolean({ description: 'Says who would be installed and what is wiped.' }),
  ),
})
export type AskBody = Static<typeof askBody>

export const askResult = v.closed({
  host: v.text(),
  ok: Type.Boolean(),
  install: v.nullableText('Its id; null for a dry run.'),
  reason: v.nullableText('Why not.'),
  code: v.code(),
  profile: v.nullableText('What would be, or is to be, installed.'),
  erases: Type.Boolean({
    description: 'Whether it installs or erases, rather than being booted once or read.',
  }),
  starts: Type.Boolean({ description: 'Whether its machine is reset, or switched on, by itself.' }),
  wipes: v.nullableText(
    'The disk that its vars name; null where they name none. Of an erase the disks that it told of.',
  ),
})
export type AskResult = Static<typeof askResult>

export const askAnswer = v.closed({ results: Type.Array(askResult) })
export type AskAnswer = Static<typeof askAnswer>

export const cancelBody = v.closed({
  ...choice,
  dryRun: Type.Optional(Type.Boolean({ description: 'Says whose install would be taken back.' })),
})
export type CancelBody = Static<typeof cancelBody>

export const cancelResult = v.closed({
  host: v.text(),
  ok: Type.Boolean(),
  was: Type.Enum([...hostStates]),
  warning: v.nullableText('It may already be erasing its disk.'),
  warningCode: v.code('warning'),
  reason: v.nullableText('Why not.'),
  code: v.code(),
})
export type CancelResult = Static<typeof cancelResult>

export const cancelAnswer = v.closed({ results: Type.Array(cancelResult) })
export type CancelAnswer = Static<typeof cancelAnswer>

export const idempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'The same key again within a day gets the first answer, and nothing is done.',
    }),
  ),
})
