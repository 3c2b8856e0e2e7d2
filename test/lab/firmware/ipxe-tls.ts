import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { fileTimeout } from '../../patience.ts'
import { createAuthority } from '../authority.ts'
import { labConfig, serverNetwork } from '../config.ts'
import { showWhenFailed } from '../daemon.ts'
import { buildIpxe, ipxeBuilders, lacksAutoexec } from '../ipxe-build.ts'
import { createLab } from '../lab.ts'
import { labObstacle, packages } from '../packages.ts'

const skip = lacksAutoexec ?? (await labObstacle({ ...packages, ...ipxeBuilders })) ?? false
t.setTimeout(fileTimeout(30))

t.test(
  'UEFI x64 by an iPXE of today that trusts our authority: autoexec.ipxe, over HTTPS',
  { skip },
  async t => {
    const lab = await createLab()
    t.teardown(() => lab.remove())
    const { authority, chain, key } = await createAuthority(lab.folder, lab.network.address)
    const loader = await buildIpxe({
      name: 'tls',
      target: 'bin-x86_64-efi/snponly.efi',
      args: [`TRUST=${authority}`, `CERT=${authority}`],
      options: ['DOWNLOAD_PROTO_HTTPS'],
    })
    const loaders = join(lab.folder, 'assets/loaders')
    mkdirSync(loaders, { recursive: true })
    copyFileSync(loader, join(loaders, 'snponly.efi'))
    const mac = '52:54:00:12:34:75'
    const more = `http: { tls: { certFile: ${chain}, keyFile: ${key}, scripts: true } }`
    const settings = { network: serverNetwork, mac, address: '10.77.0.25', more }
    const daemon = await lab.startDaemon(labConfig(lab, settings))
    showWhenFailed(t, daemon, 'node1')
    t.equal((await daemon.cli(['install', 'node1', '--yes'])).code, 0)
    const machine = await lab.addMachine({ firmware: 'uefi', mac })
    const { serial, powerOff } = machine.powerOn()
    // Its busybox can say nothing by TLS that Node takes.
    await serial.waitFor(/lab: installer is up/, 240)
    await powerOff()
    t.match(serial.text(), /https:\/\/10\.77\.0\.1:8443\/assets\/images\/lab\/linux\.\.\. .*ok/)
    t.match(
      serial.text(),
      /https:\/\/10\.77\.0\.1:8443\/assets\/images\/lab\/initrd\.gz\.\.\. .*ok/,
    )
    const { stdout } = await daemon.cli(['events', 'node1'])
    t.match(stdout, /autoexec\.ipxe: node1 installs lab, attempt 1/)
  },
)
