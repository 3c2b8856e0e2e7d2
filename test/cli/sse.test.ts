import t from 'tap'
import { readSse, type SseMessage } from '../../src/cli/sse.ts'

const text =
  ': hello\nretry: 10\n\nid: 1\ndata: {"a":\r\ndata: 1}\r\n\r\nid:2\rdata:ü\r\r\nfoo\ndata\n\ndata: cut'
const messages = [
  { retry: 10 },
  { id: '1', data: '{"a":\n1}' },
  { id: '2', data: 'ü' },
  { data: '' },
]

for (const size of [1, 2, 3, 7, 1000]) {
  t.test(`in pieces of ${size} bytes`, async t => {
    const all: SseMessage[] = []
    for await (const message of readSse(pieces(size))) all.push(message)
    t.strictSame(
      all.filter(message => Object.keys(message).length > 0),
      messages,
    )
  })
}

async function* pieces(size: number) {
  const bytes = new TextEncoder().encode(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
