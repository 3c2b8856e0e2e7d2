import t from 'tap'
import { type RouterAdvert, whyNotSentHere } from '../../src/boot/router-advert.ts'
import { type Ipv6, parseSubnet6, type Subnet6 } from '../../src/wire/ipv6.ts'

const subnet6 = (text: string) => parseSubnet6(text) as Subnet6
const ours = subnet6('fd00:77::/64')
const router = (last: number, more: Partial<RouterAdvert>): RouterAdvert => ({
  ...{ router: `fe80::${last}` as Ipv6, isManaged: false, prefixes: [] },
  ...more,
})
const says = (prefix: string, isOnLink = true) => [{ subnet: subnet6(prefix), isOnLink }]

const rows: readonly {
  readonly when: string
  readonly adverts: readonly RouterAdvert[]
  readonly subnet?: Subnet6 | undefined
  readonly why?: object
}[] = [
  { when: 'nobody answers', adverts: [], why: { code: 'no-router6', interface: 'br0' } },
  {
    when: 'none says M',
    adverts: [router(1, { prefixes: says('fd00:77::/64') }), router(2, {})],
    why: { code: 'router6-unmanaged', routers: ['fe80::1', 'fe80::2'] },
  },
  {
    when: 'all is said',
    adverts: [router(1, { isManaged: true, prefixes: says('fd00:77::/64') })],
  },
  {
    when: 'one says M, another the prefix',
    adverts: [router(1, { isManaged: true }), router(2, { prefixes: says('fd00:77::/48') })],
  },
  {
    when: 'the prefix is not said to be on the link',
    adverts: [router(1, { isManaged: true, prefixes: says('fd00:77::/64', false) })],
    why: { code: 'router6-prefix', subnet: 'fd00:77::/64' },
  },
  {
    when: 'another prefix is',
    adverts: [router(1, { isManaged: true, prefixes: says('fd00:78::/64') })],
    why: { code: 'router6-prefix' },
  },
  {
    when: 'a network whose subnet nobody knows yet',
    adverts: [router(1, { isManaged: true })],
    subnet: undefined,
  },
]

for (const { when, adverts, why, ...more } of rows) {
  t.test(when, async t => {
    const subnet = 'subnet' in more ? undefined : ours
    const found = whyNotSentHere('lan', 'br0', subnet, adverts)
    if (why) t.match(found, { network: 'lan', ...why })
    else t.equal(found, undefined)
  })
}
