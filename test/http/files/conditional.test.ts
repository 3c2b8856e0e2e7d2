import t from 'tap'
import {
  type FileVersion,
  parseHttpDate,
  readRange,
  selectBytes,
  versionOf,
} from '../../../src/http/files/conditional.ts'

const date = 'Sun, 06 Nov 1994 08:49:37 GMT'
const earlier = 'Sun, 06 Nov 1994 08:49:36 GMT'
const later = 'Sun, 06 Nov 1994 08:49:38 GMT'
const etag = '"3e8-5-7"'
const file: FileVersion = { size: 1000, etag, lastModified: Date.parse(date) + 250 }

const rows: [string, Record<string, string>, number, [number, number]?][] = [
  ['nothing asked', {}, 200, [0, 1000]],
  ['a range', { range: 'bytes=10-19' }, 206, [10, 20]],
  ['a range to the end', { range: 'bytes=990-' }, 206, [990, 1000]],
  ['the last bytes', { range: 'bytes=-10' }, 206, [990, 1000]],
  ['more last bytes than there are', { range: 'bytes=-5000' }, 206, [0, 1000]],
  ['a range past the end', { range: 'bytes=990-5000' }, 206, [990, 1000]],
  ['a range behind the end', { range: 'bytes=1000-' }, 416],
  ['no last byte', { range: 'bytes=-0' }, 416],
  ['an enormous range', { range: `bytes=${'9'.repeat(400)}-` }, 416],
  ['several ranges', { range: 'bytes=0-1,5-6' }, 200, [0, 1000]],
  ['a range backwards', { range: 'bytes=5-2' }, 200, [0, 1000]],
  ['a broken range', { range: 'bytes=a-b' }, 200, [0, 1000]],
  ['a range of nothing', { range: 'bytes=-' }, 200, [0, 1000]],
  ['another unit', { range: 'lines=1-2' }, 200, [0, 1000]],
  ['the version it has', { 'if-none-match': etag }, 304],
  ['the version it has, weakly', { 'if-none-match': `"x", W/${etag}` }, 304],
  ['any version', { 'if-none-match': '*' }, 304],
  ['another version', { 'if-none-match': '"x"' }, 200, [0, 1000]],
  ['not modified since', { 'if-modified-since': date }, 304],
  ['modified since', { 'if-modified-since': earlier }, 200, [0, 1000]],
  ['modified since no date', { 'if-modified-since': 'yesterday' }, 200, [0, 1000]],
  [
    'If-None-Match before If-Modified-Since',
    { 'if-none-match': '"x"', 'if-modified-since': later },
    200,
    [0, 1000],
  ],
  ['If-None-Match before range', { 'if-none-match': etag, range: 'bytes=0-1' }, 304],
  ['EDK2 resumes', { 'if-match': etag, range: 'bytes=500-' }, 206, [500, 1000]],
  ['EDK2 resumes a file that changed', { 'if-match': '"x"', range: 'bytes=500-' }, 412],
  ['If-Match is strong', { 'if-match': `W/${etag}` }, 412],
  ['If-Match any', { 'if-match': '*' }, 200, [0, 1000]],
  ['EDK2 resumes by date', { 'if-unmodified-since': date, range: 'bytes=500-' }, 206, [500, 1000]],
  ['EDK2 resumes by date a changed file', { 'if-unmodified-since': earlier }, 412],
  [
    'If-Match before If-Unmodified-Since',
    { 'if-match': etag, 'if-unmodified-since': earlier },
    200,
    [0, 1000],
  ],
  ['412 before 304', { 'if-match': '"x"', 'if-none-match': etag }, 412],
  ['412 before 416', { 'if-match': '"x"', range: 'bytes=1000-' }, 412],
  ['If-Range of this version', { 'if-range': etag, range: 'bytes=10-19' }, 206, [10, 20]],
  ['If-Range of another', { 'if-range': '"x"', range: 'bytes=10-19' }, 200, [0, 1000]],
  ['If-Range weakly', { 'if-range': `W/${etag}`, range: 'bytes=10-19' }, 200, [0, 1000]],
  ['If-Range of this date', { 'if-range': date, range: 'bytes=10-19' }, 206, [10, 20]],
  ['If-Range of a later date', { 'if-range': later, range: 'bytes=10-19' }, 200, [0, 1000]],
  ['If-Range hides a bad range', { 'if-range': '"x"', range: 'bytes=1000-' }, 200, [0, 1000]],
]

for (const [when, headers, status, [from, to] = [0, 0]] of rows) {
  t.test(when, async t => {
    const answer = selectBytes('GET', headers, file)
    t.match(answer, { status, from, to })
    t.equal(answer.headers.ETag, etag)
    t.equal(answer.headers['Last-Modified'], date)
    const length = status === 200 || status === 206 ? String(to - from) : undefined
    t.equal(answer.headers['Content-Length'], length)
    const range = { 206: `bytes ${from}-${to - 1}/1000`, 416: 'bytes */1000' }
    t.equal(answer.headers['Content-Range'], range[status as 206])
  })
}

t.test('HEAD tells the whole size and knows no ranges (RFC 9110 14.2)', async t => {
  const answer = selectBytes('HEAD', { range: 'bytes=10-19' }, file)
  t.match(answer, { status: 200, headers: { 'Content-Length': '1000', 'Accept-Ranges': 'bytes' } })
  t.equal(selectBytes('HEAD', { 'if-none-match': etag }, file).status, 304)
})

t.test('an empty file', async t => {
  const empty = { ...file, size: 0 }
  t.match(selectBytes('GET', {}, empty), { status: 200, from: 0, to: 0 })
  t.equal(selectBytes('GET', { range: 'bytes=0-' }, empty).status, 416)
  t.equal(selectBytes('GET', { range: 'bytes=-5' }, empty).status, 200)
})

t.test('a file whose date says nothing', async t => {
  const undated = { ...file, lastModified: undefined }
  t.notOk('Last-Modified' in selectBytes('GET', {}, undated).headers)
  t.equal(selectBytes('GET', { 'if-modified-since': later }, undated).status, 200)
  t.equal(selectBytes('GET', { 'if-unmodified-since': earlier }, undated).status, 200)
  t.equal(selectBytes('GET', { 'if-range': date, range: 'bytes=0-1' }, undated).status, 200)
})

t.test('the version changes with size, time and inode, and with nothing else', async t => {
  const status = { size: 1000n, mtimeNs: 784111777_000_000_001n, ino: 7n }
  t.strictSame(versionOf(status), versionOf({ ...status }))
  t.match(versionOf(status), { size: 1000, lastModified: 784111777000 })
  const others = [{ size: 1001n }, { mtimeNs: status.mtimeNs + 1n }, { ino: 8n }]
  for (const other of others) t.not(versionOf({ ...status, ...other }).etag, versionOf(status).etag)
  t.match(versionOf(status).etag, /^"[0-9a-f-]+"$/, 'strong and quoted')
  t.equal(versionOf({ ...status, mtimeNs: 1_000_000_000n }).lastModified, undefined, 'Nix store')
})

t.test('HTTP dates in their three spellings, and no others', async t => {
  const time = Date.parse(date)
  t.equal(parseHttpDate(date), time)
  t.equal(parseHttpDate('Sunday, 06-Nov-94 08:49:37 GMT'), time)
  t.equal(parseHttpDate('Sun Nov  6 08:49:37 1994'), time)
  for (const text of [
    '',
    '1994',
    '1994-11-06T08:49:37Z',
    `${date}x`,
    'Sun, 99 Nov 1994 99:99:99 GMT',
  ])
    t.equal(parseHttpDate(text), undefined, text)
})

t.test('a range of a file beyond 32 bits', async t => {
  const size = 5 * 2 ** 30
  t.strictSame(readRange('bytes=4294967296-4294967300', size), { from: 2 ** 32, to: 2 ** 32 + 5 })
  t.strictSame(readRange('bytes=-1', size), { from: size - 1, to: size })
})
