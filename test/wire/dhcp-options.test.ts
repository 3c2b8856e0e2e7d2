import t from 'tap'
import { decodeOptions, encodeOptions, sizeOfOption } from '../../src/wire/dhcp-options.ts'
import { WireError } from '../../src/wire/error.ts'

t.test('reads options in order, skips padding and stops at END', async t => {
  const area = Uint8Array.of(0, 53, 1, 1, 0, 0, 93, 2, 0, 7, 255, 12, 99)
  t.strictSame(
    [...decodeOptions(area)],
    [
      [53, Uint8Array.of(1)],
      [93, Uint8Array.of(0, 7)],
    ],
  )
})

t.test('a missing END is forgiven', async t => {
  t.strictSame([...decodeOptions(Uint8Array.of(53, 1, 1))], [[53, Uint8Array.of(1)]])
})

t.test('a code that comes again continues its first value', async t => {
  const area = Uint8Array.of(43, 2, 1, 2, 53, 1, 1, 43, 1, 3, 255)
  t.strictSame(decodeOptions(area).get(43), Uint8Array.of(1, 2, 3))
})

t.test('an option that runs past the end is refused', async t => {
  for (const area of [[53], [53, 2, 1], [53, 1, 1, 60, 200, 1]]) {
    t.throws(() => decodeOptions(Uint8Array.from(area)), WireError)
  }
})

t.test('a value of more than 255 bytes is cut and comes back whole', async t => {
  for (const length of [0, 1, 254, 255, 256, 510, 511, 1000]) {
    const value = Uint8Array.from({ length }, (_, n) => n)
    const area = encodeOptions(new Map([[175, value]]))
    t.equal(area.length, sizeOfOption(value) + 1, `${length} bytes`)
    t.strictSame(decodeOptions(area).get(175), value, `${length} bytes`)
  }
})
