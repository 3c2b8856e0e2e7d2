import t from 'tap'
import { errors, lan, right } from './check.ts'

const base = `${lan}assets: /images
profiles:
  base: { cmdline: console=ttyS0, attempts: 5, vars: { disk: required, swap: 4G } }
  debian:
    extends: base
    kernel: debian/linux
    initrd: debian/initrd.gz
    cmdline: auto
    files: { preseed: a.preseed }
    verify: { up: 15m }
  server: { extends: debian, cmdline: quiet, vars: { swap: 8G }, files: { late: b.sh } }
  fresh: { extends: server, cmdline!: only, initrd: [one, /two] }
  nixos: { extends: debian, nixos: nixos }
`
const files = { 'a.preseed': '', 'b.sh': '' }
const node = (text: string) => `hosts: { n: { mac: 52:54:00:00:00:01, ${text} } }\n`

t.test('a profile is laid over what it extends', async t => {
  const { profiles, folder } = right(t, base, files)
  t.match(profiles.get('server'), {
    name: 'server',
    kernel: '/images/debian/linux',
    initrd: ['/images/debian/initrd.gz'],
    cmdline: 'console=ttyS0 auto quiet',
    files: { preseed: `${folder}/a.preseed`, late: `${folder}/b.sh` },
    vars: { disk: 'required', swap: '8G' },
    attempts: 5,
    verifyUp: 900,
  })
})

t.test('cmdline! replaces, and so does a list', async t => {
  const { profiles } = right(t, base, files)
  t.match(profiles.get('fresh'), { cmdline: 'only', initrd: ['/images/one', '/two'] })
})

t.test('nixos replaces an inherited kernel and initrd', async t => {
  const { profiles } = right(t, base, files)
  t.match(profiles.get('nixos'), {
    kernel: '/images/nixos/bzImage',
    initrd: ['/images/nixos/initrd'],
    cmdline: 'console=ttyS0 auto',
  })
})

t.test('a profile without kernel is only there to be extended', async t => {
  t.notOk(right(t, base, files).profiles.has('base'))
})

t.test('defaults', async t => {
  const { profiles } = right(t, `${lan}profiles: { p: { kernel: /k } }\n`)
  t.strictSame(profiles.get('p'), {
    name: 'p',
    kernel: '/k',
    initrd: [],
    cmdline: '',
    boot: 'install',
    ask: 'manual',
    phoneHome: 'agent',
    callbacks: [],
    attempts: 3,
    expires: 86_400,
    bootTimeout: 900,
    timeout: 3600,
    files: {},
    vars: {},
  })
})

t.test('a folded command line is one line', async t => {
  const { profiles } = right(
    t,
    `${lan}profiles:\n  p:\n    kernel: /k\n    cmdline: |\n      a\n      b=1\n`,
  )
  t.equal(profiles.get('p')?.cmdline, 'a b=1')
})

t.test('a host says it better, by the same rules', async t => {
  const yaml = base + node('profile: server, vars: { disk: /dev/sda }, cmdline: mine, timeout: 2h')
  const { hosts, profiles } = right(t, yaml, files)
  t.match(hosts.get('n'), {
    vars: { disk: '/dev/sda' },
    profile: {
      name: 'server',
      cmdline: 'console=ttyS0 auto quiet mine',
      timeout: 7200,
      vars: { disk: '/dev/sda', swap: '8G' },
    },
  })
  t.equal(profiles.get('server')?.cmdline, 'console=ttyS0 auto quiet')
})

t.test('hosts without an own word share one profile', async t => {
  const { hosts, profiles } = right(
    t,
    `${lan}profiles: { p: { kernel: /k } }
hosts:
  a: { mac: 52:54:00:00:00:01, profile: p }
  b: { mac: 52:54:00:00:00:02, profile: p }
`,
  )
  t.equal(hosts.get('a')?.profile, profiles.get('p'))
  t.equal(hosts.get('b')?.profile, profiles.get('p'))
})

t.test('required vars', async t => {
  const missing = 'hosts.n.vars.disk: is missing; profile server requires it'
  t.match(errors(t, base + node('profile: server'), files), [missing])
  const word = errors(t, base + node('profile: server, vars: { disk: required }'), files)
  t.match(word, ['`required` is for profiles'])
  const given = base.replace('vars: { swap: 8G }', 'vars: { disk: /dev/sdb }')
  const { hosts } = right(t, given + node('profile: server'), files)
  t.equal(hosts.get('n')?.profile?.vars.disk, '/dev/sdb', 'a profile between may give it')
})

t.test('a profile that is not for installs has nothing that installs', async t => {
  const { hosts } = right(
    t,
    `${lan}profiles: { p: { kernel: /k, deploy: c, verify: { up: 5m }, ask: first-boot } }
callbacks: { c: { command: { run: ["true"] } } }
${node('profile: p, boot: always')}`,
  )
  const profile = hosts.get('n')?.profile
  t.match(profile, { boot: 'always', ask: 'never', deploy: undefined, verifyUp: undefined })
})

t.test('callbacks are resolved, with their defaults', async t => {
  const { profiles, folder } = right(
    t,
    `${lan}profiles: { p: { kernel: /k, deploy: run, callbacks: [hook] } }
callbacks:
  hook: { webhook: { url: "http://x/{{ event }}", secretFile: key } }
  run: { when: [asked], command: { run: [./d.sh, "{{ host.name }}"], timeout: 1h } }
`,
  )
  t.match(profiles.get('p'), {
    deploy: { kind: 'command', name: 'run', when: ['asked'], cwd: folder, timeout: 3600 },
    callbacks: [
      {
        kind: 'webhook',
        when: ['ready', 'installed', 'failed'],
        secretFile: `${folder}/key`,
        timeout: 10,
      },
    ],
  })
})

t.test('every NIC finds its host, in any spelling', async t => {
  const { hostByMac, hosts } = right(
    t,
    `networks: { rack: { subnet: 10.77.0.0/24, mode: server, leaseTo: hosts } }
hosts:
  a: { mac: 52-54-00-AB-00-01, address: 10.77.0.9, nics: [{ mac: 5254.00ab.0002, network: rack }] }
  b: { mac: "525400ab0003", uuid: 4C4C4544-0042-4A10-8051-B7C04F4D3632 }
`,
  )
  t.strictSame(
    [...hostByMac].map(([mac, host]) => `${mac} ${host.name}`),
    ['52:54:00:ab:00:01 a', '52:54:00:ab:00:02 a', '52:54:00:ab:00:03 b'],
  )
  t.match(hosts.get('a')?.nics, [{ address: 0x0a4d0009 }, { network: 'rack' }])
  t.equal(hosts.get('b')?.uuid, '4c4c4544-0042-4a10-8051-b7c04f4d3632')
})

t.test('an alias stands for what it names', async t => {
  const yaml = `${lan}profiles: { p: { kernel: /k } }
hosts:
  a: { mac: 52:54:00:00:00:01, profile: p, vars: &v { disk: /dev/sda } }
  b: { mac: 52:54:00:00:00:02, profile: p, vars: *v }
`
  t.equal(right(t, yaml).hosts.get('b')?.vars.disk, '/dev/sda')
})
