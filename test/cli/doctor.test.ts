import t from 'tap'
import { run } from '../../src/cli/doctor.ts'
import { fakeIo, problem, startApi } from './fake.ts'

const verdict = {
  id: 'loader-silent',
  title: 'ipxe.efi was fetched, and its iPXE never asked for DHCP',
  evidence: ['60 s ago: TFTP: ipxe.efi sent', 'nothing was heard\x1b from it'],
  advice: 'Its own driver of this network card seems to hang. Try `loader: snponly.efi`.',
}

t.test('says what is wrong, from what, and what to do', async t => {
  const body = { host: 'node1', verdicts: [verdict] }
  const { url } = await startApi(t, { 'GET /api/v1/hosts/node1/doctor': () => body })
  const { io, out } = fakeIo(t, url)
  t.equal(await run(['node1'], io), 1)
  t.equal(
    out(),
    `ipxe.efi was fetched, and its iPXE never asked for DHCP
  - 60 s ago: TFTP: ipxe.efi sent
  - nothing was heard? from it
  What to do: Its own driver of this network card seems to hang. Try \`loader: snponly.efi\`.
`,
  )
  const narrow = fakeIo(t, url, { isTerminal: true, columns: 40, env: { NO_COLOR: '1' } })
  await run(['node1'], narrow.io)
  for (const line of narrow.out().split('\n')) t.ok(line.length <= 40, line)

  const json = fakeIo(t, url)
  t.equal(await run(['node1', '--json'], json.io), 1)
  t.strictSame(JSON.parse(json.out()), body)
})

t.test('nothing is wrong, and no such host', async t => {
  const { url } = await startApi(t, {
    'GET /api/v1/hosts/node1/doctor': () => ({ host: 'node1', verdicts: [] }),
    'GET /api/v1/hosts/node9/doctor': (_seen, response) => problem(response, 404, 'no host node9'),
  })
  const well = fakeIo(t, url)
  t.equal(await run(['node1'], well.io), 0)
  t.equal(well.out(), 'node1: nothing seems to be wrong\n')
  const nobody = fakeIo(t, url)
  t.equal(await run(['node9'], nobody.io), 1)
  t.match(nobody.err(), 'no host node9')
})
