import t from 'tap'
import { createSyslogFrames } from '../../src/wire/syslog-frames.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const texts = (messages: readonly Uint8Array[]) =>
  messages.map(message => new TextDecoder().decode(message))

const rows: readonly [what: string, stream: string, messages: string[]][] = [
  ['lines', '<14>a: one\n<14>a: two\n', ['<14>a: one', '<14>a: two']],
  ['zero bytes between them', '<14>one\0<14>two\0', ['<14>one', '<14>two']],
  ['lengths', '10 <14>a: one12 <14>two\nlines', ['<14>a: one', '<14>two\nline']],
  ['both in one stream', '7 <14>one<14>two\n7 <14>one', ['<14>one', '<14>two', '<14>one']],
  ['empty lines', '\n\n<14>x\n\n', ['<14>x']],
  ['a line that begins with a number', '12:30 no disk\n<14>x\n', ['12:30 no disk', '<14>x']],
  ['a number alone', '12\n<14>x\n', ['12', '<14>x']],
  ['no end', '<14>cut', []],
]

for (const [what, stream, messages] of rows) {
  t.test(what, async t => {
    t.strictSame(texts(createSyslogFrames().push(bytes(stream))), messages)
    const frames = createSyslogFrames()
    const one = [...bytes(stream)].flatMap(byte => frames.push(Uint8Array.of(byte)))
    t.strictSame(texts(one), messages, 'the same byte by byte')
  })
}

t.test('what is not ended by a line feed ends with the connection', async t => {
  const frames = createSyslogFrames()
  t.strictSame(frames.push(bytes('<14>last')), [])
  t.strictSame(texts(frames.end()), ['<14>last'])
  frames.push(bytes('100 <14>half'))
  t.strictSame(frames.end(), [], 'but half of what was counted is nothing')
})

t.test('a message has a bound, and the next one is read', async t => {
  for (const long of [`<14>${'x'.repeat(100_000)}\n`, `100004 <14>${'x'.repeat(100_000)}`]) {
    const messages = createSyslogFrames().push(bytes(`${long}<14>next\n`))
    t.strictSame(
      messages.map(({ length }) => length),
      [4096, 8],
    )
  }
})
