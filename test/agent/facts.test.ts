import t from 'tap'
import { Compile } from 'typebox/compile'
import { hardware } from '../../src/api/hardware.ts'
import { factsOf, machineRoot, memoryModule, type SysFiles, shells } from './machine.ts'

const dmi = (name: string) => `sys/class/dmi/id/${name}`
const mebibyte = 1024 * 1024

/** The words of tcpdump 4.99 for a frame of lldpd 1.0.16; `name`: nothing where the switch does not say it. */
function heardOf(name: string, port: string): string {
  return [
    'LLDP, length 199',
    '\tChassis ID TLV (1), length 7',
    '\t  Subtype MAC address (4): 6a:a1:cd:7d:27:7f',
    '\tPort ID TLV (2), length 11',
    `\t  ${port}`,
    '\tTime to Live TLV (3), length 2: TTL 8s',
    ...(name ? [`\tSystem Name TLV (5), length 5: ${name}`] : []),
    '\tSystem Description TLV (6), length 85',
    '\t  System Name TLV (5), length 3: another',
    '\tPort Description TLV (4), length 21: to node 12, $(reboot)',
    '\tEnd TLV (0), length 0',
    '',
  ].join('\n')
}

/** A server with a disk on every bus, and two cards. */
const server: SysFiles = {
  [dmi('sys_vendor')]: 'Dell Inc.\n',
  [dmi('product_name')]: 'PowerEdge R640   \n',
  [dmi('product_serial')]: 'ABC1234\n',
  [dmi('product_uuid')]: '4c4c4544-0042-4310-8031-b1c04f343433\n',
  [dmi('bios_vendor')]: 'Dell Inc.\n',
  [dmi('bios_version')]: '2.19.1\n',
  'sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c': Buffer.of(
    6,
    0,
    0,
    0,
    1,
  ),
  'proc/cpuinfo':
    'processor\t: 0\nmodel name\t: Xeon "Gold"\nprocessor\t: 1\nmodel name\t: Xeon "Gold"\n',
  'sys/firmware/dmi/entries/17-0/raw': memoryModule(16384),
  'sys/firmware/dmi/entries/17-1/raw': memoryModule(0x7fff, 65536),
  'sys/firmware/dmi/entries/17-2/raw': memoryModule(0),
  'sys/firmware/dmi/entries/17-3/raw': memoryModule(0x8000 + 512),
  'sys/block/loop0/size': '8\n',
  'sys/block/vda/size': '2048\n',
  'sys/block/vda/serial': 'disk-a',
  'sys/block/vda/queue/rotational': '1\n',
  'sys/block/nvme0n1/size': '1953525168\n',
  'sys/block/nvme0n1/device/model': 'Samsung SSD 980 1TB       \n',
  'sys/block/nvme0n1/device/serial': 'S64DNF0R123456      \n',
  'sys/block/nvme0n1/queue/rotational': '0\n',
  'sys/devices/pci0/ata1/host0/sda/size': '1000\n',
  'sys/devices/pci0/ata1/host0/sda/device/vpd_pg80': Buffer.from('\0\x80\0\x08  SER-80 '),
  'sys/block/sda': { to: '../devices/pci0/ata1/host0/sda' },
  'sys/devices/pci0/usb2/2-1/host1/sdb/size': '1000\n',
  'sys/block/sdb': { to: '../devices/pci0/usb2/2-1/host1/sdb' },
  'sys/devices/pci0/virtio3/host2/sdc/size': '1000\n',
  'sys/block/sdc': { to: '../devices/pci0/virtio3/host2/sdc' },
  'sys/block/sdd/size': '0\n',
  'sys/class/net/eth0/address': '52:54:00:12:34:56\n',
  'sys/class/net/eth0/carrier': '1\n',
  'sys/class/net/eth0/speed': '10000\n',
  'sys/class/net/eth0/device/driver': { to: '../../../bus/pci/drivers/ixgbe' },
  'run/switch-eth0': heardOf('leaf7', 'Subtype Local (7): Ethernet12'),
  'sys/class/net/eth1/address': '52:54:00:12:34:57\n',
  'sys/class/net/eth1/speed': '-1\n',
  'sys/class/net/eth1/device/driver': { to: '../../../bus/virtio/drivers/virtio_net' },
  'sys/class/net/lo/address': '00:00:00:00:00:00\n',
}

const shape = Compile(hardware)

const disk = { model: null, serial: null, rotational: false, health: null }

for (const shell of shells) {
  t.test(`all of a server, by ${shell.join(' ')}`, async t => {
    const { facts } = factsOf(machineRoot(t, server), shell)
    t.ok(shape.Check(facts), 'it is what the document of the API says')
    t.strictSame(facts, {
      vendor: 'Dell Inc.',
      model: 'PowerEdge R640',
      serial: 'ABC1234',
      uuid: '4c4c4544-0042-4310-8031-b1c04f343433',
      firmware: { vendor: 'Dell Inc.', version: '2.19.1', mode: 'uefi', secureBoot: true },
      cpus: 2,
      cpu: 'Xeon "Gold"',
      memory: (16384 + 65536 + 0.5) * mebibyte,
      disks: [
        {
          ...disk,
          name: '/dev/nvme0n1',
          size: 1953525168 * 512,
          model: 'Samsung SSD 980 1TB',
          serial: 'S64DNF0R123456',
          bus: 'nvme',
        },
        { ...disk, name: '/dev/sda', size: 512000, serial: 'SER-80', bus: 'sata' },
        { ...disk, name: '/dev/sdb', size: 512000, bus: 'usb' },
        { ...disk, name: '/dev/sdc', size: 512000, bus: 'scsi' },
        {
          ...disk,
          name: '/dev/vda',
          size: mebibyte,
          serial: 'disk-a',
          bus: 'virtio',
          rotational: true,
        },
      ],
      nics: [
        {
          ...{ name: 'eth0', mac: '52:54:00:12:34:56', driver: 'ixgbe', speed: 10000, link: true },
          switch: { name: 'leaf7', port: 'Ethernet12', description: 'to node 12, $(reboot)' },
        },
        {
          ...{ name: 'eth1', mac: '52:54:00:12:34:57', driver: 'virtio_net', speed: null },
          ...{ link: false, switch: null },
        },
      ],
    })
  })
}

t.test('a machine that tells nothing has the same shape', async t => {
  const { facts } = factsOf(machineRoot(t, {}))
  t.ok(shape.Check(facts))
  t.strictSame(facts, {
    ...{ vendor: null, model: null, serial: null, uuid: null },
    firmware: { vendor: null, version: null, mode: 'bios', secureBoot: null },
    ...{ cpus: 1, cpu: null, memory: 1024000, disks: [], nics: [] },
  })
})

t.test('a switch may say anything of itself, or next to nothing', async t => {
  const switchBy = (words: string) => {
    const card = 'sys/class/net/eth0'
    const files = { [`${card}/device/driver`]: { to: 'x' }, 'run/switch-eth0': words }
    const { facts } = factsOf(machineRoot(t, files))
    t.ok(shape.Check(facts))
    return (facts.nics as { switch: unknown }[])[0]?.switch
  }
  const description = 'to node 12, $(reboot)'
  t.strictSame(
    switchBy(heardOf('', 'Subtype MAC address (3): 52:54:00:00:00:01')),
    { name: '6a:a1:cd:7d:27:7f', port: '52:54:00:00:00:01', description },
    'without a name it is its chassis',
  )
  t.strictSame(switchBy(heardOf('","x":"`reboot`\u001b[2J', 'Subtype Interface Name (5): a: b')), {
    name: '","x":"`reboot`[2J',
    port: 'a: b',
    description,
  })
  t.equal(switchBy(''), null)
  t.equal(switchBy('LLDP, length 9\n\tEnd TLV (0), length 0\n'), null)
})

t.test('what makers write where they know nothing is nothing', async t => {
  for (const name of ['To Be Filled By O.E.M.', 'Default string', 'None', '  ', '0123456789']) {
    const root = machineRoot(t, { [dmi('product_serial')]: `${name}\n` })
    t.equal(factsOf(root).facts.serial, null, name)
  }
})

t.test('hardware may say anything of itself', async t => {
  const model = '\u001b[2J\u0007"\\\u0000;$(reboot)`x`é\t'
  const root = machineRoot(t, {
    [dmi('sys_vendor')]: `${'x'.repeat(5000)}\n`,
    [dmi('product_name')]: Buffer.from(`${model}\n`),
    'sys/block/sda/size': '08\n',
    'sys/block/sdb/size': '16 ; reboot\n',
    'sys/block/sdc/size': '16\n',
    'sys/block/sdc/serial': '","size":1,"x":"\n',
    'sys/class/net/eth0/device/driver': { to: 'nowhere' },
    'sys/class/net/eth0/speed': '0x10\n',
  })
  for (const shell of shells) {
    const { facts, text } = factsOf(root, shell)
    t.equal(facts.vendor, 'x'.repeat(64))
    t.equal(facts.model, '[2J"\\;$(reboot)`x`')
    t.strictSame(facts.disks, [
      { ...disk, name: '/dev/sdc', size: 8192, serial: '","size":1,"x":"', bus: 'scsi' },
    ])
    t.match(facts.nics, [{ name: 'eth0', mac: null, speed: null }])
    t.match(text, /^[ -~]+\n$/)
  }
})

t.test('the report of the largest shelf of disks is taken', async t => {
  const disks = Array.from({ length: 100 }, (_, n) => [
    [`sys/block/sd${n}/size`, '99999999999\n'],
    [`sys/block/sd${n}/device/model`, `${'M'.repeat(90)}\n`],
    [`sys/block/sd${n}/serial`, `${'S'.repeat(90)}\n`],
  ])
  const cards = Array.from({ length: 40 }, (_, n) => [
    [`sys/class/net/enp1s0f${n}/address`, '52:54:00:12:34:56\n'],
    [`sys/class/net/enp1s0f${n}/device/driver`, { to: 'mlx5_core' }],
  ])
  const files = Object.fromEntries([...disks, ...cards].flat()) as SysFiles
  const { text, facts } = factsOf(machineRoot(t, files))
  t.ok(text.length < 16 * 1024, `${text.length} bytes`)
  t.equal((facts.disks as unknown[]).length, 48)
  t.equal((facts.nics as unknown[]).length, 24)
})
