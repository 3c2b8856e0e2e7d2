import t from 'tap'
import { errors, lan, right } from './check.ts'

const profiles = `profiles:
  debian: { kernel: k }
  rescue: { kernel: k, boot: once }
  kiosk: { kernel: k, boot: always }
  secret: { kernel: k, ask: never }
  needy: { kernel: k, boot: once, vars: { x: required } }
  retire: { erase: { disks: all } }
  base: { cmdline: quiet }
`
const host = (keys: string) =>
  `${lan}${profiles}hosts: { n: { mac: 52:54:00:12:34:56, ${keys} } }\n`
const menu = (t: Parameters<typeof right>[0], keys: string) =>
  right(t, host(keys)).hosts.get('n')?.menu

t.test('what a menu offers', async t => {
  const all = ['debian', 'rescue', 'needy']
  t.strictSame(menu(t, 'boot: menu'), all)
  t.strictSame(menu(t, 'profile: debian, boot: menu'), all)
  t.strictSame(menu(t, 'boot: menu, menu: [rescue]'), ['rescue'])
  t.strictSame(menu(t, 'boot: menu, menu: [retire]'), ['retire'], 'only where it is named')
  t.equal(menu(t, 'profile: debian'), undefined)
  t.match(right(t, host('profile: debian, boot: menu')).hosts.get('n')?.profile, {
    name: 'debian',
    boot: 'install',
  })
})

t.test('a profile that says only what may be chosen', async t => {
  const yaml = host('profile: lab').replace(
    '  base:',
    '  lab: { boot: menu, menu: [debian] }\n  base:',
  )
  const { hosts } = right(t, yaml)
  t.strictSame(hosts.get('n')?.menu, ['debian'])
  t.equal(hosts.get('n')?.profile, undefined)
})

t.test('what cannot be offered', async t => {
  for (const [keys, wanted] of [
    ['boot: menu, menu: [debain]', /hosts\.n\.menu\[0\]: there is no profile "debain".*debian/],
    ['boot: menu, menu: [kiosk]', /menu\[0\]: kiosk is booted always/],
    ['boot: menu, menu: [debian, secret]', /menu\[1\]: secret says `ask: never`/],
    ['boot: menu, menu: [base]', /menu\[0\]: base says nothing to boot/],
    ['boot: menu, menu: []', /menu: an empty list is not a list of profiles/],
    ['profile: debian, menu: [rescue]', /hosts\.n\.menu: is for `boot: menu`/],
  ] as const) {
    t.match(errors(t, host(keys)).join('\n'), wanted, keys)
  }
})

t.test('a menu for machines that are no hosts', async t => {
  const unknown = (value: string) => `${lan}${profiles}unknownHosts: ${value}\n`
  t.match(right(t, unknown('{ menu: [rescue, kiosk] }')).unknownHosts, {
    kind: 'menu',
    profiles: [{ name: 'rescue' }, { name: 'kiosk' }],
  })
  for (const [value, wanted] of [
    ['{ menu: [debian] }', /unknownHosts\.menu\[0\]: debian installs, and a machine/],
    ['{ menu: [needy] }', /unknownHosts\.menu\[0\]: requires vars \(x\)/],
    ['{ menu: [nobody] }', /unknownHosts\.menu\[0\]: there is no profile "nobody"/],
    ['{ menu: [rescue], profile: kiosk }', /unknownHosts: .*write one of them/],
    ['{}', /unknownHosts: .*write one of them/],
  ] as const) {
    t.match(errors(t, unknown(value)).join('\n'), wanted, value)
  }
})
