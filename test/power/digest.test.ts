import t from 'tap'
import { digestAuthorization, digestChallenge } from '../../src/power/digest.ts'

/** RFC 7616 section 3.9.1. */
const example = {
  ...{ user: 'Mufasa', password: 'Circle of Life', method: 'GET', path: '/dir/index.html' },
  ...{ count: 1, cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ' },
}
const nonce = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v'
const opaque = 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS'
const header = (algorithm: string) =>
  `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, nonce="${nonce}", opaque="${opaque}"`

for (const [algorithm, response] of [
  ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
  ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
] as const) {
  t.test(`the example of RFC 7616, ${algorithm}`, async t => {
    const challenge = digestChallenge(header(algorithm))
    t.match(challenge, { realm: 'http-auth@example.org', nonce, opaque, algorithm, qop: true })
    const said = challenge && digestAuthorization(challenge, example)
    t.match(said, `response="${response}"`)
    t.match(said, 'nc=00000001')
  })
}

t.test('the example of RFC 2617, whose server says no algorithm', async t => {
  const challenge = digestChallenge([
    'Basic realm="x"',
    'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
  ])
  const request = { ...example, password: 'Circle Of Life', cnonce: '0a4f113b' }
  t.match(
    challenge && digestAuthorization(challenge, request),
    'response="6629fae49393a05397450978507c4ef1"',
  )
})

t.test('what is no challenge that is known', async t => {
  const rows = [
    ...[undefined, '', 'Basic realm="x"', 'Digest', 'Digest realm="x"', 'Digest nonce="x"'],
    'Digest realm="x", nonce="y", algorithm=MD5-sess',
    `Digest ${'"='.repeat(10_000)}`,
  ]
  for (const row of rows) t.equal(digestChallenge(row), undefined, String(row).slice(0, 50))
})
