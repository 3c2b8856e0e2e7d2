import t from 'tap'
import { newerVersion } from '../../src/pull/newer.ts'

const rows: readonly [string, Record<string, unknown>, string, string | undefined][] = [
  ['a newer one', { '12': {}, '13': {} }, '12', '13'],
  ['the newest', { '12': {}, '13': {} }, '13', undefined],
  ['newer than what the catalogue knows', { '12': {}, '13': {} }, '14', undefined],
  ['by number, not by letter', { 'v1.9.0': {}, 'v1.11.5': {} }, 'v1.9.0', 'v1.11.5'],
  [
    'the default counts',
    { default: 'nixos-25.11', 'nixos-25.11': {}, 'nixos-unstable': {} },
    'nixos-25.05',
    'nixos-25.11',
  ],
  ['a name and a number', { current: {}, any: true }, '4230.2.1', undefined],
  [
    'two kinds of names',
    { default: 'nixos-25.11', 'nixos-25.11': {} },
    'nixos-unstable',
    undefined,
  ],
  ['nothing written down', { any: true, see: 'https://x' }, '2026.01.01', undefined],
]

for (const [what, versions, here, newer] of rows) {
  t.test(what, async t => {
    t.equal(newerVersion({ versions } as never, here), newer)
  })
}
