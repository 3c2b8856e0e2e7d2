import t from 'tap'
import { doctorOfStranger } from '../../src/daemon/api/doctor.ts'
import { ipv4ToBytes } from '../../src/wire/address.ts'
import { option } from '../../src/wire/dhcp-codes.ts'
import { type DhcpPacket, encodeDhcp } from '../../src/wire/dhcp-packet.ts'
import { ip, like, mac } from '../dhcp/examples.ts'
import { startStory } from './story.ts'

/** The bytes of a packet whose last option is cut short. */
function cut(packet: DhcpPacket): Uint8Array {
  const options = new Map([...packet.options, [251, new Uint8Array(9)] as const])
  const bytes = encodeDhcp({ ...packet, options })
  return bytes.subarray(0, bytes.lastIndexOf(251) + 5)
}

t.test('a host whose packets cannot be read', async t => {
  const story = await startStory(t, { mode: 'server' })
  story.install()
  await story.send(story.packet('ovmf-x64-discover'))
  const take = { [option.requestedAddress]: ipv4ToBytes(ip('127.0.0.20')) }
  await story.hear(cut(story.packet('ovmf-x64-request', { options: { ...take, 54: undefined } })))
  t.match(story.verdicts(), [
    { id: 'unread', title: /cannot be read/, evidence: [/option 251 runs past the end/] },
  ])
  await story.send(story.packet('ovmf-x64-discover'))
  t.strictSame(story.ids(), ['unread'], 'an offer alone is no way on')
  await story.lease('ovmf-x64')
  t.notOk(story.ids().includes('unread'), 'it went on')
})

t.test('a host that asks by BOOTP, with an empty vendor area or none of DHCP', async t => {
  const bootp = (bytes: Uint8Array) => async (story: Awaited<ReturnType<typeof startStory>>) => {
    story.install()
    t.equal(await story.hear(bytes), undefined)
    return story.verdicts()[0]
  }
  const story = await startStory(t)
  const packet = { ...story.packet('dhclient-discover'), options: new Map() }
  t.match(await bootp(encodeDhcp(packet))(story), {
    id: 'unread',
    title: /BOOTP/,
    evidence: [/no DHCP message type/],
  })
  t.match(await bootp(encodeDhcp(packet).with(236, 0))(story), {
    id: 'unread',
    evidence: [/no DHCP cookie/],
  })
})

t.test('a machine that is not in the config', async t => {
  const story = await startStory(t)
  const { wired } = story
  const other = mac('52:54:00:99:99:09')
  t.equal(doctorOfStranger(other, wired), undefined)
  await story.hear(cut(like('dhclient-request', { mac: other, options: { 54: undefined } })))
  t.match(doctorOfStranger(other, wired), {
    id: 'not-in-config',
    evidence: [/DHCP REQUEST: no reply: malformed: option 251 runs past the end/],
  })
})
