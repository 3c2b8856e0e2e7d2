import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { run } from './command.ts'
import { labConfig } from './config.ts'
import { addIpv6, addLinkLocal, serverAddress6, serverNetwork6 } from './ipv6-link.ts'
import { startIpv6Router } from './ipv6-router.ts'
import { createLab, type Lab } from './lab.ts'
import { labObstacle } from './packages.ts'
import { installAndBootDisk } from './story.ts'

const obstacle = await labObstacle()
t.setTimeout(fileTimeout(8))

/** OVMF 2022.11 asks by HTTP Boot before its address is ready, unless PXE went before: it gets no loader. */
const noLoaderByPxe = `loaders: { x64-efi: [{ file: nothing.efi, vendor: PXEClient }, snponly.efi] }
`

t.test('UEFI x64 over IPv6, where there is no IPv4', { skip: obstacle ?? false }, async t => {
  const lab = await createLab({ ipv6Router: false, ipv4: false })
  t.teardown(() => lab.remove())
  await addIpv6(lab.network)
  const router = await startIpv6Router(lab.network, lab.folder, '2001:db8:77::/64')
  const mac = '52:54:00:12:34:58'
  const network = `    mode: none\n${serverNetwork6}`
  const settings = { network, mac, cmdline: 'lab.ipv6=1' }
  const daemon = await lab.startDaemon(labConfig(lab, settings))
  const machine = await lab.addMachine({ firmware: 'uefi', mac, netboots: 'ipv6' })
  await installAndBootDisk(t, { lab, daemon, machine })
  const told = (await daemon.cli(['events', 'node1'])).stdout
  t.match(told, /SOLICIT \(firmware, x64-efi\) -> ADVERTISE 2001:db8:77::/)
  t.match(told, /TFTP: (snponly|ipxe)\.efi sent/, 'the firmware got its loader from us')
  t.match(told, /SOLICIT \(ipxe, x64-efi\)/)
  t.notMatch(told, /10\.77\./, 'and nothing by IPv4')

  await t.test('by HTTP Boot, beside a DHCPv6 server', async t => {
    router.kill()
    await startDhcp6(lab)
    mkdirSync(join(lab.folder, 'assets/loaders'))
    writeFileSync(join(lab.folder, 'assets/loaders/nothing.efi'), 'no program\n')
    const own = { network: '    mode: none\n    mode6: boot', more: noLoaderByPxe }
    const beside = { ...settings, ...own, cmdline: 'lab.ipv6=1 lab.do=ready-only' }
    writeFileSync(join(lab.folder, 'config.yaml'), labConfig(lab, beside))
    t.equal((await daemon.cli(['reload'])).code, 0)
    t.equal((await daemon.cli(['install', 'node1', '--yes'])).code, 0)
    const { serial, exited } = machine.powerOn()
    await serial.waitFor(/lab: told ready/, 240)
    await exited
    const events = (await daemon.cli(['events', 'node1'])).stdout.slice(told.length)
    t.match(events, /REQUEST \(firmware, x64-efi\) -> REPLY, loader nothing\.efi/, 'on port 4011')
    t.match(events, /SOLICIT \(http-firmware, x64-efi\) -> ADVERTISE, loader (snponly|ipxe)\.efi/)
    t.match(events, /HTTP: (snponly|ipxe)\.efi sent/)
    t.match(events, /SOLICIT \(ipxe, x64-efi\): no reply/)
    t.notMatch(events, /-> \w+ 2001:db8/, 'no address of ours')
  })
})

/** Another computer is router and DHCPv6 server, and tells iPXE where its script is. */
async function startDhcp6({ network, folder }: Lab): Promise<void> {
  const peer = await network.addPeer('10.77.0.99')
  await addLinkLocal(peer, '52:54:00:99:99:01')
  const inside = ['ip', 'netns', 'exec', peer.namespace]
  await run([...inside, 'ip', 'address', 'add', '2001:db8:77::2/64', 'dev', 'eth0', 'nodad'])
  const script = `http://[${serverAddress6}]:8080/boot.ipxe`
  const lines = [
    ...[
      'port=0',
      'interface=eth0',
      'enable-ra',
      'dhcp-range=2001:db8:77::100,2001:db8:77::1ff,slaac,1h',
    ],
    ...['dhcp-userclass=set:ipxe,iPXE', `dhcp-option=tag:ipxe,option6:bootfile-url,${script}`],
    ...[`dhcp-leasefile=${folder}/leases6`, `pid-file=${folder}/dnsmasq6`, 'user=root'],
  ]
  writeFileSync(join(folder, 'dnsmasq6.conf'), `${lines.join('\n')}\n`)
  peer.start(['dnsmasq', '--keep-in-foreground', `--conf-file=${folder}/dnsmasq6.conf`])
}
