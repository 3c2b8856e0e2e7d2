import t, { type Test } from 'tap'
import { Compile } from 'typebox/compile'
import { certificatesAnswer } from '../../../src/api/bmc.ts'
import { startBmc } from '../../power/redfish-service.ts'
import { readToken, startHttp } from '../daemon.ts'

async function start(t: Test) {
  const bmc = await startBmc(t)
  const config = `
dataDir: data
assets: assets
networks: { lan: { interface: lo } }
profiles: { debian: { kernel: linux } }
power: { bmc: { redfish: { user: admin, passwordFile: "${bmc.folder}/password", port: ${bmc.port} } } }
hosts:
  node1: { mac: "52:54:00:12:34:56", profile: debian, power: { by: bmc, address: 127.0.0.1 } }
  printer: { mac: "52:54:00:12:34:59" }
`
  return { bmc, ...(await startHttp(t, '', { config })) }
}

t.test('a renewed certificate is refused until somebody trusts it', async t => {
  const { bmc, admin } = await start(t)
  const status = async () => (await admin('GET', '/power?host=node1')).json().results[0]
  const certificates = async () => {
    const answer = await admin('GET', '/bmc/certificates?host=*')
    t.ok(Compile(certificatesAnswer).Check(answer.json()), 'as the document says')
    return answer.json().results
  }
  const [first, printer] = await certificates()
  t.match(first, { ok: true, kept: null, subject: 'CN=bmc', address: `127.0.0.1:${bmc.port}` })
  t.match(printer, {
    ok: false,
    code: 'no-pinned-bmc',
    reason: /printer has no BMC whose certificate is kept/,
  })
  t.match(await status(), { state: 'off' })
  t.match((await certificates())[0], { kept: first.shown, shown: first.shown })

  bmc.renew()
  t.match(await status(), { ok: false, reason: /`bootwright bmc trust HOST`/ })
  const [renewed] = await certificates()
  t.match(renewed, { kept: first.shown, subject: 'CN=other' })
  const kept = renewed.shown
  const trusted = await admin('POST', '/bmc/trust', { host: 'node1', fingerprint: kept })
  t.strictSame(trusted.json(), { host: 'node1', kept })
  t.match(await status(), { state: 'off' })
  const { entries } = (await admin('GET', '/admin-log')).json()
  t.match(entries[0], {
    action: 'bmc',
    text: `trusts the BMC of node1 with the certificate ${kept}`,
  })
})

t.test('who may, and what is refused', async t => {
  const { admin } = await start(t)
  const fingerprint = Array(32).fill('AB').join(':')
  const post = (body: object, headers = {}) => admin('POST', '/bmc/trust', body, headers)
  const headers = { authorization: `Bearer ${readToken}` }
  t.equal((await post({ host: 'node1', fingerprint }, headers)).statusCode, 403)
  t.equal((await post({ host: 'nobody', fingerprint })).statusCode, 404)
  t.equal((await post({ host: 'printer', fingerprint })).statusCode, 409)
  t.equal((await post({ host: 'node1', fingerprint: '../../x' })).statusCode, 400)
})
