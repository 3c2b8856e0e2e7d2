import t from 'tap'
import type { Reason } from '../../src/boot/reason.ts'
import { reasonsOf, reasonWith, written } from '../../src/boot/reason.ts'
import { isKnownEvent, textOf } from '../../src/boot/words/event.ts'
import { because, sentenceOf } from '../../src/boot/words/reason.ts'

const waits: Reason = {
  code: 'host-state',
  host: 'node1',
  state: 'pending',
  why: { code: 'install-asked' },
}

t.test('a reason that adds to another says both, and carries both as data', async t => {
  const why: Reason = { code: 'no-loader', because: waits, arch: 'arm64-efi' }
  t.equal(
    sentenceOf(why),
    'node1 is pending: install asked, waiting for a network boot; no loader for arm64-efi',
  )
  t.strictSame(
    reasonsOf(why).map(({ code }) => code),
    ['no-loader', 'host-state'],
  )
  t.equal(reasonWith(why, 'host-state')?.host, 'node1')
  t.equal(reasonWith(why, 'range-full'), undefined)
  t.equal(reasonWith(undefined, 'range-full'), undefined)
  t.strictSame(because(waits), { why: waits, reason: sentenceOf(waits) })
})

t.test(
  'what this version does not know is shown by its code, and what has no code as it is',
  async t => {
    t.equal(sentenceOf({ code: 'of-tomorrow' } as unknown as Reason), 'of-tomorrow')
    t.equal(textOf({ kind: 'dhcp', code: 'of-tomorrow', data: {} } as never), 'dhcp: of-tomorrow')
    t.notOk(isKnownEvent('dhcp', 'of-tomorrow'))
    t.notOk(isKnownEvent('dhcp', 'constructor'), 'what every object has is no code')
    t.notOk(isKnownEvent('constructor', 'name'))
    t.ok(isKnownEvent('dhcp', 'answered'))
    t.equal(sentenceOf(written('somebody else’s words')), 'somebody else’s words')
  },
)

t.test('what nobody answers is of the family of the address', async t => {
  const said = (address: string) => sentenceOf({ code: 'nobody-at-address', address })
  t.equal(said('10.77.0.20'), 'nobody answers ARP at 10.77.0.20')
  t.equal(said('2001:db8::20'), 'nobody answers neighbour discovery at 2001:db8::20')
})
