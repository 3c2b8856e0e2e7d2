import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { quickDaemon } from './clients.ts'
import { readLines } from './lines.ts'
import { createNetwork } from './network.ts'
import { labObstacle } from './packages.ts'
import { waitUntil } from './wait.ts'

const skip = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(1))

const mac = '52:54:00:12:34:7a'
const more = `hosts:
  sleeper: { mac: "${mac}", profile: lab, wake: true, callbacks: [power] }
  awake: { mac: "52:54:00:12:34:7b", profile: lab }
callbacks:
  power:
    when: [asked]
    command: { run: [sh, -c, 'echo "power cycle of $1 because of $BOOTWRIGHT_EVENT"', sh, "{{ host.name }}"] }
`

t.test('an install that is asked for wakes the machine', { skip }, async t => {
  const network = await createNetwork()
  t.teardown(() => network.remove())
  const machine = await network.addPeer('10.77.0.20')
  const quick = quickDaemon(network, '  lab: { interface: br0, mode: proxy }\n', [], more)
  const daemon = await quick.start()

  const tshark = machine.start([
    ...['tshark', '-l', '-i', 'eth0', '-f', 'udp dst port 9', '-T', 'fields'],
    ...['-e', 'ip.src', '-e', 'eth.dst', '-e', 'wol.mac'],
  ])
  const seen: string[] = []
  const said: string[] = []
  readLines(tshark.stdout, line => seen.push(line))
  readLines(tshark.stderr, line => said.push(line))
  await waitUntil('tshark', 20, () => said.some(line => /Capturing on/.test(line)) || undefined)

  t.equal((await daemon.cli(['install', 'awake'])).code, 0)
  t.equal((await daemon.cli(['install', 'sleeper'])).code, 0)
  await waitUntil('the magic packets', 20, () => seen.length >= 3 || undefined)
  const macs = Array(16).fill(mac).join(',')
  t.strictSame(new Set(seen), new Set([`10.77.0.1\tff:ff:ff:ff:ff:ff\t${macs}`]))

  const told = await waitUntil('the end of the command', 10, async () => {
    const { stdout } = await daemon.cli(['events', 'sleeper'])
    return /ended well/.test(stdout) ? stdout : undefined
  })
  t.match(told, `magic packet for ${mac} sent to 255.255.255.255 in network lab`)
  t.match(told, 'power cycle of sleeper because of asked')
  t.equal(await daemon.kill('SIGTERM'), 0)
})
