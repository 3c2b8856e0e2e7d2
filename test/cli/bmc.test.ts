import t from 'tap'
import type { CertificateResult, TrustBody } from '../../src/api/bmc.ts'
import { run } from '../../src/cli/bmc.ts'
import { fakeIo, startApi } from './fake.ts'

const old = Array(32).fill('AB').join(':')
const renewed = Array(32).fill('CD').join(':')

function result(host: string, more: Partial<CertificateResult> = {}): CertificateResult {
  const shown = {
    address: '10.0.0.1:443',
    shown: renewed,
    subject: 'CN=\u001b[2Jbmc',
    until: '2030',
  }
  return { host, ok: true, kept: old, reason: null, ...shown, ...more }
}

function start(t: Parameters<typeof startApi>[0], results: readonly CertificateResult[]) {
  return startApi(t, {
    'GET /api/v1/bmc/certificates': () => ({ results }),
    'POST /api/v1/bmc/trust': ({ body }) => {
      const { host, fingerprint } = body as TrustBody
      return { host, kept: fingerprint }
    },
  })
}

t.test('what is kept and shown is said, and trusted when somebody says yes', async t => {
  const { url, seen } = await start(t, [result('node1'), result('node2', { kept: renewed })])
  const yes = fakeIo(t, url, { isTerminal: true, input: 'y\n' })
  t.equal(await run(['trust', 'node*'], yes.io), 0)
  t.match(yes.out(), `kept   ${old}\n  shown  ${renewed}\n`)
  t.match(yes.out(), `node2 (10.0.0.1:443)\n  shown  ${renewed}, as is kept\n`)
  t.notMatch(yes.out(), '\u001b')
  t.match(yes.err(), /Trust this BMC with the certificate shown now\? \[y\/N\]/)
  const posted = seen.filter(({ line }) => line.startsWith('POST')).map(({ body }) => body)
  t.strictSame(posted, [{ host: 'node1', fingerprint: renewed }], 'just what was seen, and differs')
})

t.test('nothing is changed by a no, nor where nobody can be asked', async t => {
  const { url, seen } = await start(t, [result('node1'), result('node2')])
  const no = fakeIo(t, url, { isTerminal: true, input: 'n\n' })
  t.equal(await run(['trust', 'node*'], no.io), 1)
  const silent = fakeIo(t, url)
  t.equal(await run(['trust', 'node*'], silent.io), 2)
  t.match(silent.err(), /say --yes to trust these 2 BMCs/)
  t.ok(seen.every(({ line }) => line.startsWith('GET')))
})

t.test('a BMC that cannot be reached is exit code 1', async t => {
  const reason = 'it does not answer'
  const { url } = await start(t, [result('node1', { ok: false, reason })])
  const { io, err } = fakeIo(t, url)
  t.equal(await run(['trust', 'node1'], io), 1)
  t.match(err(), 'node1: it does not answer')
  t.equal(await run(['show', 'node1'], io), 2)
})
