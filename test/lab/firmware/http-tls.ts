import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { fileTimeout } from '../../patience.ts'
import { createAuthority } from '../authority.ts'
import { labConfig } from '../config.ts'
import { showWhenFailed } from '../daemon.ts'
import { startForeignDhcp } from '../foreign-dhcp.ts'
import { createLab } from '../lab.ts'
import { labObstacle } from '../packages.ts'
import { signatureList } from '../signature-list.ts'

const skip = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(30))

const loader = 'https://10.77.0.1:8443/loaders/snponly.efi'

/** Ours says HTTP to firmware; another server may say otherwise. */
const lines = `dhcp-vendorclass=set:http,HTTPClient
dhcp-option-force=tag:http,60,HTTPClient
dhcp-boot=tag:http,${loader}
dhcp-match=set:ipxe,175
dhcp-boot=tag:ipxe,http://10.77.0.1:8080/boot.ipxe
`

t.test('UEFI x64 by HTTP Boot over TLS, our authority enrolled', { skip }, async t => {
  const lab = await createLab()
  t.teardown(() => lab.remove())
  const { authority, chain, key } = await createAuthority(lab.folder, lab.network.address)
  const enrolled = join(lab.folder, 'cacerts')
  writeFileSync(enrolled, signatureList(readFileSync(authority, 'utf8')))
  writeFileSync(join(lab.folder, 'dnsmasq.conf'), lines)
  await startForeignDhcp(lab.network, '10.77.0.2', join(lab.folder, 'dnsmasq.conf'))
  const mac = '52:54:00:12:34:7a'
  const more = `http: { tls: { certFile: ${chain}, keyFile: ${key} } }`
  const daemon = await lab.startDaemon(labConfig(lab, { network: '    mode: none', mac, more }))
  showWhenFailed(t, daemon, 'node1')
  t.equal((await daemon.cli(['install', 'node1', '--yes'])).code, 0)
  const machine = await lab.addMachine({ firmware: 'uefi', mac, netboots: 'ipv4-http' })
  const cacerts = ['-fw_cfg', `name=etc/edk2/https/cacerts,file=${enrolled}`]
  const { serial, exited } = machine.powerOn({ extra: cacerts })
  t.teardown(() => {
    if (!t.passing()) t.comment(serial.text())
  })
  await serial.waitFor(/lab: told done/, 400)
  await exited
  t.ok(serial.text().includes(loader), 'the firmware was told so')
  const { stdout } = await daemon.cli(['events', 'node1'])
  t.match(stdout, /HTTP: snponly\.efi sent[\s\S]*script: node1 installs lab, attempt 1/)
})
