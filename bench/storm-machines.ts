import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { bootDiscover, requestOf } from '../src/explain/boot-discover.ts'
import { formatIpv4, type Mac } from '../src/wire/address.ts'
import type { DhcpPacket } from '../src/wire/dhcp-packet.ts'
import { macOf } from './macs.ts'
import type { Steps } from './storm-steps.ts'
import { type Again, ask, openAddresses, openDhcp, openFetcher, tftpGet } from './storm-wires.ts'

/**
 * The machines of `storm.ts`, in a namespace of theirs, and the receiver of their webhooks. Each does what
 * a real one does, from the first DISCOVER of its firmware to the `done` of its installer, and compares
 * every byte that it is sent. Prints one JSON object when all have come to their end.
 *
 *   node storm-machines.ts DEVICE FETCHER LOADER KERNEL INITRD COUNT SPREAD_MS WEBHOOKS
 */
const [device = '', fetcher = '', loader = '', kernel = '', initrd = '', ...numbers] =
  process.argv.slice(2)
const [count = 0, spread = 0, webhooks = 0] = numbers.map(Number)

const again: Again = { dhcp: 0, tftp: 0 }
const failures: string[] = []
const hooks: string[] = []
const loaderBytes = readFileSync(loader)
const dhcp = await openDhcp(again)
const addresses = openAddresses(device)
const files = { kernel: 0, initrd: 1 }
const downloads = openFetcher(fetcher, '10.99.0.1', [kernel, initrd])

const receiver = createServer((request, response) => {
  let text = ''
  request.setEncoding('utf8').on('data', piece => {
    text += piece
  })
  request.on('end', () => {
    const { host, event } = JSON.parse(text)
    hooks.push(`${host} ${event}`)
    response.writeHead(204).end()
  })
})
await new Promise<void>(resolve => receiver.listen(9000, '10.99.0.2', resolve))

const began = performance.now()
const machines = await Promise.all(Array.from({ length: count }, (_, n) => live(n)))
for (let waits = 0; hooks.length < webhooks && waits < 600; waits++) await sleep(50)
const hooksAt = performance.now() - began
process.stdout.write(`${JSON.stringify({ machines, again, failures, hooks, hooksAt })}\n`)
downloads.close()
addresses.close()
dhcp.close()
receiver.close()

async function live(n: number): Promise<Steps> {
  const at: Steps = {}
  const reached = (step: keyof Steps) => {
    at[step] = Math.round(performance.now() - began)
  }
  await sleep((n * spread) / count)
  reached('start')
  try {
    await boot(n, reached)
  } catch (error) {
    failures.push(`machine ${n}: ${error instanceof Error ? error.message : error}`)
  }
  return at
}

async function boot(n: number, reached: (step: keyof Steps) => void): Promise<void> {
  const mac = macOf(0, n)
  const first = await lease(mac, 'firmware', n)
  const from = formatIpv4(first.yiaddr)
  await addresses.add(from)
  reached('leased')
  const got = await tftpGet(formatIpv4(first.siaddr), from, first.file, again)
  if (!got.equals(loaderBytes)) throw new Error('another loader than the file')
  reached('loader')

  const second = await lease(mac, 'ipxe', n)
  if (second.yiaddr !== first.yiaddr) throw new Error('another address for the same machine')
  // DHCP names its own script already; the way by the script for all is longer.
  const find = textOf(await ask(new URL('/boot.ipxe', second.file).href, from))
  const url = /^chain \S+ \S+ (\S+)\?/m.exec(find)?.[1] ?? ''
  const own = url.replace('$' + '{netX/mac:hexhyp}', mac.replaceAll(':', '-'))
  const script = textOf(await ask(own, from))
  const [, kernelUrl = ''] = /^kernel .*?(http:\S+)/m.exec(script) ?? []
  const [, initrdUrl = ''] = /^initrd .*?(http:\S+)/m.exec(script) ?? []
  const [, phoneHome = ''] = /bootwright=(\S+)/.exec(script) ?? []
  reached('script')
  await downloads.fetch(kernelUrl, from, files.kernel)
  reached('kernel')
  await downloads.fetch(initrdUrl, from, files.initrd)
  reached('initrd')
  for (const event of ['ready', 'done'] as const) {
    const [status, text] = await ask(phoneHome, from, { event })
    if (status !== 204) throw new Error(`${event}: ${status} ${text}`)
    reached(event)
  }
}

/** DISCOVER to ACK. Firmware waits 4 s for an answer (PXE 2.1 §2.2.4), iPXE 1 s. */
async function lease(mac: Mac, stage: 'firmware' | 'ipxe', n: number): Promise<DhcpPacket> {
  const patience = stage === 'ipxe' ? 1000 : 4000
  const xid = (n << 8) | (stage === 'ipxe' ? 3 : 1)
  const discover = { ...bootDiscover({ mac, stage, arch: 'bios', type: 0 }), xid }
  const offer = await dhcp.ask(discover, patience)
  return dhcp.ask({ ...requestOf(discover, offer), xid: xid + 1 }, patience)
}

function textOf([status, text]: [number, string]): string {
  if (status !== 200) throw new Error(`${status} ${text}`)
  return text
}
