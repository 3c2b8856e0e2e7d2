import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { openDhcpWire, tftpGet } from './client.ts'
import { bootwright, type Daemon, startDaemon } from './daemon.ts'
import { ask, makeMachine } from './machine.ts'
import { mac1 } from './settings.ts'

/** What tshark reads in a capture file, one line a packet. */
function tshark(daemon: Daemon, file: string, ...fields: string[]): string[] {
  const { dhcp, tftp } = daemon.ports
  const decode = ['-d', `udp.port==${dhcp},dhcp`, '-d', `udp.port==${tftp},tftp`]
  const args = ['-r', file, ...decode, '-T', 'fields', ...fields.flatMap(f => ['-e', f])]
  const out = execFileSync('tshark', args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return out.trimEnd().split('\n')
}

t.test('the last packets of a host, as a capture file', async t => {
  const daemon = await startDaemon(t)
  const wire = await openDhcpWire(t, daemon.ports)
  const machine = makeMachine(daemon, wire, mac1)
  await ask(daemon, 'node1')
  const ack = await machine.lease()
  await tftpGet(daemon.ports.tftp, ack.file, machine.address())

  const file = join(daemon.folder, 'node1.pcap')
  const { code, stderr } = await daemon.cli('show', 'node1', '--pcap', file)
  t.match({ code, stderr }, { code: 0, stderr: /node1.pcap: \d+ bytes/ })

  const { dhcp, tftp } = daemon.ports
  const lines = tshark(
    daemon,
    file,
    'dhcp.option.dhcp',
    'ip.src',
    'udp.srcport',
    'ip.dst',
    'udp.dstport',
  )
  const clientPort = dhcp + 1
  t.match(lines[0], new RegExp(`^1\t127.0.0.1\t${clientPort}\t\\S+\t${dhcp}$`), 'DISCOVER')
  t.equal(lines[1], `2\t127.0.0.1\t${dhcp}\t255.255.255.255\t${clientPort}`, 'OFFER')
  t.match(lines[2], /^3\t/)
  t.equal(lines[3], `5\t127.0.0.1\t${dhcp}\t255.255.255.255\t${clientPort}`, 'ACK')

  const told = tshark(
    daemon,
    file,
    'tftp.opcode',
    'tftp.source_file',
    'tftp.block',
    'ip.src',
    'udp.dstport',
  )
  const files = told.filter(line => !line.startsWith('\t'))
  t.match(
    files[0],
    new RegExp(`^1\tundionly.kpxe\t\t${machine.address()}\t${tftp}$`),
    'its request',
  )
  t.match(files[1], /^6\t/, 'our OACK')
  t.equal(files.filter(line => /^3\t\S*\t1\t/.test(line)).length, 1, 'the first block')
  t.ok(files.length < 10, 'the blocks in between are not kept')

  const config = join(daemon.folder, 'config.yaml')
  const args = ['explain', '--config', config, '--pcap', file, '--state', 'pending', '--json']
  const { answers } = JSON.parse((await bootwright(args)).stdout)
  t.match(answers, [
    { door: 'dhcp', asked: 'discover', host: 'node1', reply: { type: 'offer' } },
    { door: 'dhcp', asked: 'request', reply: { type: 'ack' } },
    { door: 'tftp', file: 'undionly.kpxe', size: 70_001 },
  ])
})

t.test('those of a stranger, and of nobody', async t => {
  const daemon = await startDaemon(t)
  const wire = await openDhcpWire(t, daemon.ports)
  const mac = '52:54:00:99:99:99'
  await makeMachine(daemon, wire, mac).lease()
  const file = join(daemon.folder, 'stranger.pcap')
  t.equal((await daemon.cli('show', mac, '--pcap', file)).code, 0)
  t.equal(tshark(daemon, file, 'dhcp.hw.mac_addr')[0], mac)
  t.match(await daemon.cli('show', 'nobody', '--pcap', file), { code: 1, stderr: /no host nobody/ })
  t.match(await daemon.cli('show', mac, '--pcap', '/nowhere/a'), {
    code: 1,
    stderr: /cannot write/,
  })
  t.equal((await bootwright(['show', '--help'])).code, 0)
})
