import t from 'tap'
import { describe } from '../../src/dhcp/describe.ts'
import { replyLimit } from '../../src/dhcp/reply.ts'
import { option } from '../../src/wire/dhcp-codes.ts'
import { decodeDhcp, encodeDhcp } from '../../src/wire/dhcp-packet.ts'
import { textToBytes, u16ToBytes } from '../../src/wire/dhcp-values.ts'
import { host, ip, like, mac, network, world } from './examples.ts'

const efi = mac('52:54:00:12:34:02')
const hosts = [{ host: host('node1', efi, '10.77.0.20'), due: true }]
const relay = { giaddr: ip('10.77.0.2'), hops: 1 }
const circuit = { [option.relayAgent]: Uint8Array.of(1, 4, 0, 0, 0, 7) }

t.test('option 67 ends in NUL, and the header has the same text', async t => {
  const outcome = world({ hosts }).send(like('ovmf-x64-discover'))
  if (outcome.kind === 'none') return t.fail(outcome.reason)
  t.strictSame(outcome.reply.options.get(option.bootFile), textToBytes('ipxe.efi\0'))
  t.strictSame(outcome.reply.options.get(option.tftpServer), textToBytes('10.77.0.1\0'))
  t.equal(outcome.reply.file, 'ipxe.efi')
  t.equal(outcome.reply.sname, '10.77.0.1')
})

t.test('a boot file too long for the header is in option 67 only', async t => {
  const file = `${'a'.repeat(150)}.efi`
  const place = { hosts, loaders: new Map([['x64-efi' as const, file]]) }
  const outcome = world(place).send(like('ovmf-x64-discover'))
  if (outcome.kind === 'none') return t.fail(outcome.reason)
  t.equal(outcome.reply.file, '')
  t.equal(outcome.reply.options.get(option.bootFile)?.length, 155)
})

t.test(
  'a client gets of the settings what it asks for, and always the lease and its mask',
  async t => {
    const list = (codes?: number[]) => {
      const options = { [option.parameterList]: codes && Uint8Array.from(codes) }
      const outcome = world().send(like('dhclient-discover', { options }))
      return outcome.kind === 'reply' ? [...outcome.reply.options.keys()] : []
    }
    t.strictSame(list([]), [1, 51, 53, 54])
    t.strictSame(list([6, 3, 12]), [1, 3, 6, 51, 53, 54])
    t.strictSame(list(), [1, 3, 6, 15, 28, 51, 53, 54, 58, 59])
  },
)

t.test('lease times: 50 % and 87.5 %, and an endless one is written as such', async t => {
  const times = (leaseSeconds: number) => {
    const outcome = world({ networks: [network({ leaseSeconds })] }).send(
      like('dhclient-discover', { options: { [option.parameterList]: undefined } }),
    )
    const text = outcome.kind === 'reply' ? describe(outcome.reply) : ''
    return [...text.matchAll(/time: (\d+) s/g)].map(([, seconds]) => Number(seconds))
  }
  t.strictSame(times(1000), [1000, 500, 875])
  t.equal(times(2 ** 40)[0], 0xffffffff)
})

t.test('a reply is as large as option 57 allows, at least 548 and at most 1472 bytes', async t => {
  const limit = (value?: number) =>
    replyLimit(
      like('dhclient-discover', {
        options: { [option.maxMessageSize]: value === undefined ? undefined : u16ToBytes(value) },
      }),
    )
  t.strictSame(
    [undefined, 0, 576, 1000, 1472, 1500, 65280].map(limit),
    [548, 548, 548, 972, 1444, 1472, 1472],
  )
})

t.test('with huge echoes a reply stays in its bounds and still boots', async t => {
  const options = {
    [option.maxMessageSize]: undefined,
    [option.clientId]: new Uint8Array(255).fill(1),
    [option.relayAgent]: new Uint8Array(255).fill(2),
  }
  const request = like('ovmf-x64-discover', { ...relay, options })
  const outcome = world({ hosts }).send(request)
  if (outcome.kind === 'none') return t.fail(outcome.reason)
  const bytes = encodeDhcp(outcome.reply, { max: replyLimit(request) })
  t.ok(bytes.length <= 548, `${bytes.length} bytes`)
  for (const code of [53, 54, 51, 1, 60, 43, 66, 67]) {
    t.ok(decodeDhcp(bytes).options.has(code), `option ${code}`)
  }
})

t.test('option 82 is the last of a reply', async t => {
  const outcome = world().send(like('ovmf-x64-discover', { ...relay, options: circuit }))
  if (outcome.kind === 'none') return t.fail(outcome.reason)
  const bytes = encodeDhcp(outcome.reply, { max: 1472 })
  t.equal([...decodeDhcp(bytes).options.keys()].at(-1), option.relayAgent)
})
