import { eraseSpec } from './adopt-specs.ts'
import { askFor, readWish } from './install.ts'
import type { Io } from './io.ts'

/** `bootwright erase HOST...`. */
export function run(argv: string[], io: Io): Promise<number> {
  return askFor(eraseSpec, argv, io, ({ values, words }) => ({
    ...readWish(values, words),
    erase: {
      ...(values.has('all-disks') && { disks: 'all' }),
      ...(values.has('overwrite') && { method: 'overwrite' }),
      ...(values.has('read-all') && { check: 'whole' }),
    },
  }))
}
