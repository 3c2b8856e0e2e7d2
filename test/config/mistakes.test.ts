import t from 'tap'
import { errors, lan, load } from './check.ts'

const profiles = 'profiles: { p: { kernel: k } }\n'
const server =
  'networks: { rack: { subnet: 10.77.0.0/24, mode: server, range: 10.77.0.50-10.77.0.60, router: 10.77.0.1 } }\n'
const host = (text: string) => `${lan}hosts: { n: { mac: 52:54:00:00:00:01, ${text} } }\n`
const profile = (text: string) => `${lan}profiles: { p: { kernel: k, ${text} } }\n`
const network = (text: string) => `networks: { rack: { ${text} } }\n`
const callback = (text: string) => `${lan}callbacks: { c: { ${text} } }\n`
const reserved = (address: string) =>
  `${server}hosts: { n: { mac: 52:54:00:00:00:01, address: ${address} } }\n`

/** What the file says, and how the one mistake in it is told. */
const rows: Readonly<Record<string, readonly [yaml: string, mistake: string]>> = {
  'broken syntax': [
    'networks: { lan: {}\nhosts: {}\n',
    'c:2:1: not valid YAML: Flow map in block collection must be sufficiently indented',
  ],
  'a template without the quotes it needs': [
    `${lan}profiles:\n  p:\n    kernel: k\n    cmdline: a={{ host.vars.a | default: "x" }}\nhosts: {}\n`,
    'c:5:14: not valid YAML: Nested mappings are not allowed in compact mappings; text with {{ }} in it needs quotes here',
  ],
  'an alias of nothing': [
    `${lan}profiles: { p: { kernel: *.efi } }\n`,
    'c:2:26: the alias *.efi has no anchor &.efi before it; text that begins with * is written in quotes',
  ],
  'an alias inside of what it stands for': [
    `${lan}profiles: { p: &p { kernel: k, vars: { a: *p } } }\n`,
    'c:2:43: the alias *p stands inside of what it stands for; text that begins with * is written in quotes',
  ],
  'a key written twice': [
    `${lan}networks: { x: {} }\n`,
    'c:2:1: networks: written twice; the first one is in line 1',
  ],
  'a host written twice': [
    `${lan}hosts:\n  n: { mac: 52:54:00:00:00:01 }\n  n: { mac: 52:54:00:00:00:02 }\n`,
    'c:4:3: hosts.n: written twice; the first one is in line 3',
  ],
  'an empty file': ['# nothing\n', 'is empty; the smallest config is `networks: { lan: {} }`'],
  'a list instead of a map': ['- a\n', 'c:1:1: a list is not Bootwright config'],
  'no networks': ['http: {}\n', '`networks` is missing; write `networks: { lan: {} }`'],
  'no network': ['networks: {}\n', 'c:1:11: networks: is empty; write { lan: {} }'],
  'a network without settings': [
    'networks:\n  lan:\n',
    'c:2:3: networks.lan: nothing is not a network; write it like {}',
  ],
  'an unknown key': [
    `${lan}dataDr: x\n`,
    'c:2:1: dataDr: is not a known key; did you mean "dataDir"?',
  ],
  'an unknown key of a host': [
    host('adress: 1'),
    'c:2:39: hosts.n.adress: is not a known key; did',
  ],
  'a proxy': [
    host('proxy: true'),
    'c:2:46: hosts.n.proxy: true is not the URL of a proxy, { http, https, except } or `none`',
  ],
  'a port': [
    `${lan}http: { port: 99999 }\n`,
    'c:2:15: http.port: 99999 is not a port from 0 to 65535',
  ],
  'an address to listen on': [
    `${lan}http: { address: all }\n`,
    'c:2:18: http.address: "all" is not an',
  ],
  'a token twice': [
    `${lan}admin: { tokens: [{ name: a, tokenFile: x }, { name: a, tokenFile: y }] }\n`,
    'c:2:54: admin.tokens[1].name: "a" is there twice; write another name',
  ],
  'a token with the name of the first': [
    `${lan}admin: { tokens: [{ name: admin, tokenFile: x }] }\n`,
    'c:2:27: admin.tokens[0].name: "admin" is the name of the token in admin.tokenFile',
  ],
  'a scope': [
    `${lan}admin: { tokens: [{ name: a, tokenFile: x, scope: root }] }\n`,
    'c:2:51: admin.tokens[0].scope: "root" is not known here; write one of read, admin',
  ],
  'a token without its file': [
    `${lan}admin: { tokens: [{ name: a }] }\n`,
    'c:2:19: admin.tokens[0]: `tokenFile` is missing; write `tokenFile: wall-token`',
  ],
  'the port of syslog': [
    `${lan}syslog: { port: 70000 }\n`,
    'c:2:17: syslog.port: 70000 is not a port from 0 to 65535',
  ],
  'an allowed subnet': [
    `${lan}admin: { allow: [10.0.0.0/33] }\n`,
    'c:2:18: admin.allow[0]: "10.0.0.0/33" is not a subnet',
  ],
  'a size': [
    `${lan}keep: { output: 10MB }\n`,
    'c:2:17: keep.output: "10MB" is not a size; write it like',
  ],
  'a time': [
    network('lease: 1 hour'),
    'c:1:28: networks.rack.lease: "1 hour" is not a time; write',
  ],
  'a choice': [
    network('mode: serve'),
    'c:1:27: networks.rack.mode: "serve" is not known here; write one of proxy, server, none; did you mean "server"?',
  ],
  'yes for true': [
    network('trustUrl: yes'),
    '"yes" is not true or false (YAML 1.2 has no yes and no)',
  ],
  rivals: [network('rivals: no'), '"no" is not `refuse`, `warn` or a list of addresses'],
  'a subnet with host bits': [
    network('subnet: 10.77.0.5/24'),
    'c:1:29: networks.rack.subnet: "10.77.0.5/24" is an address in the subnet 10.77.0.0/24; write 10.77.0.0/24',
  ],
  'a range backwards': [
    network('mode: server, range: 10.0.0.9-10.0.0.1'),
    'the last address of "10.0.0.9-10.0.0.1" lies below the first',
  ],
  'a range outside': [
    network('subnet: 10.77.0.0/24, mode: server, range: 10.77.0.9-10.77.1.1'),
    'networks.rack.range: "10.77.0.9-10.77.1.1" does not lie in the subnet 10.77.0.0/24',
  ],
  'a range without mode: server': [
    network('range: 10.77.0.9-10.77.0.10'),
    'c:1:19: networks.rack.mode: is proxy, and a `range` is leased only with `mode: server`',
  ],
  'mode: server without a range': [
    network('mode: server'),
    '`mode: server` needs a `range` to lease',
  ],
  'a router outside': [
    network('subnet: 10.77.0.0/24, router: 10.78.0.1'),
    'networks.rack.router: 10.78.0.1 does not lie in the subnet',
  ],
  'a serverAddress outside its interface': [
    network('interface: br0, subnet: 10.77.0.0/24, serverAddress: 10.78.0.1'),
    'networks.rack.serverAddress: 10.78.0.1 does not lie in the subnet 10.77.0.0/24; for a network behind a relay',
  ],
  'overlapping networks': [
    'networks: { a: { subnet: 10.0.0.0/8 }, b: { subnet: 10.77.0.0/24 } }\n',
    'networks.b.subnet: 10.77.0.0/24 overlaps network a',
  ],
  'networks that look alike': [
    'networks: { a: {}, b: { subnet: 10.77.0.0/24 } }\n',
    'networks.a: needs an `interface`, `subnet` or `serverAddress`',
  ],
  'a short MAC': [
    `${lan}hosts: { n: { mac: "52:54:00" } }\n`,
    'c:2:20: hosts.n.mac: "52:54:00" is not a MAC address; write it like 52:54:00:12:34:56',
  ],
  'a MAC that YAML reads as a number': [
    `${lan}hosts: { n: { mac: 525400123456 } }\n`,
    'hosts.n.mac: 525400123456 is not a MAC address; write it like 52:54:00:12:34:56 (YAML reads it as a number: put it in quotes)',
  ],
  'a MAC that YAML reads as infinity': [
    `${lan}hosts: { n: { mac: 52e400123456 } }\n`,
    'put it in quotes',
  ],
  'a multicast MAC': [`${lan}hosts: { n: { mac: 01:54:00:00:00:01 } }\n`, 'is a multicast address'],
  'a MAC of two hosts': [
    `${lan}hosts:\n  a: { mac: 52:54:00:AB:00:01 }\n  b: { nics: [{ mac: 5254.00ab.0001 }] }\n`,
    "c:4:22: hosts.b.nics[0].mac: 52:54:00:ab:00:01 is already host a's",
  ],
  'a UUID of two hosts': [
    `${lan}hosts:\n  a: { mac: 52:54:00:00:00:01, uuid: 4c4c4544-0042-4a10-8051-b7c04f4d3632 }\n  b: { mac: 52:54:00:00:00:02, uuid: 4C4C4544-0042-4A10-8051-B7C04F4D3632 }\n`,
    "c:4:38: hosts.b.uuid: 4c4c4544-0042-4a10-8051-b7c04f4d3632 is already host a's",
  ],
  'a host without a MAC': [`${lan}hosts: { n: {} }\n`, 'hosts.n: needs a `mac`'],
  'an address without its MAC': [
    `${server}hosts: { n: { address: 10.77.0.9, nics: [{ mac: 52:54:00:00:00:01 }] } }\n`,
    'hosts.n.address: belongs to `mac`',
  ],
  'a host name': [
    `${lan}hosts: { n_1: { mac: 52:54:00:00:00:01 } }\n`,
    'c:2:10: hosts.n_1: "n_1" is not a host name',
  ],
  'an address outside': [
    reserved('10.78.0.1'),
    'hosts.n.address: 10.78.0.1 does not lie in the subnet of any network',
  ],
  'the address of the router': [reserved('10.77.0.1'), '10.77.0.1 is the router of network rack'],
  'the broadcast address': [reserved('10.77.0.255'), 'is the broadcast address of its subnet'],
  'an address of two hosts': [
    `${server}hosts:\n  a: { mac: 52:54:00:00:00:01, address: 10.77.0.9 }\n  b: { mac: 52:54:00:00:00:02, address: 10.77.0.9 }\n`,
    "c:4:41: hosts.b.address: 10.77.0.9 is already host a's",
  ],
  'a reservation in proxy mode': [
    host('address: 10.0.0.9'),
    'is a reservation, and network lan gives no addresses',
  ],
  'an unknown network': [
    `${lan}hosts: { n: { nics: [{ mac: 52:54:00:00:00:01, network: lam }] } }\n`,
    'hosts.n.nics[0].network: there is no network "lam"; did you mean "lan"?',
  ],
  'an unknown profile': [
    `${profiles}${host('profile: q')}`,
    'hosts.n.profile: there is no profile "q"; did you mean "p"?',
  ],
  'profile keys without a profile': [
    host('kernel: k'),
    'hosts.n.kernel: has no meaning without a `profile`',
  ],
  'a profile that says nothing to boot': [
    `${host('profile: q')}profiles: { q: { cmdline: x } }\n`,
    'c:3:16: profiles.q: says nothing to boot',
  ],
  'an unknown base': [profile('extends: q'), 'profiles.p.extends: there is no profile "q"'],
  'a circle': [
    `${lan}profiles:\n  a: { extends: b }\n  b: { extends: a }\n`,
    'c:4:17: profiles.b.extends: goes in a circle: a extends b extends a',
  ],
  'kernel and nixos': [profile('nixos: n'), 'profiles.p.nixos: is something else to boot'],
  'cmdline and cmdline!': [
    profile('cmdline: a, cmdline!: b'),
    'profiles.p.cmdline!: replaces what',
  ],
  'deploy of a rescue profile': [
    `${profile('boot: once, deploy: c')}callbacks: { c: { command: { run: ["true"] } } }\n`,
    'profiles.p.deploy: is for installs, and this profile is `boot: once`',
  ],
  'text that looks like a map': [
    `${lan}profiles: { p: { kernel: k, cmdline: {{ host.name }} } }\n`,
    'profiles.p.cmdline: a map is not text (text that begins with { needs quotes)',
  ],
  'phone home by ssh without a way in': [
    profile('phoneHome: ssh'),
    'c:2:40: profiles.p.phoneHome: needs a way into the installer: write `login: password` for',
  ],
  'a deploy over ssh without a way in': [
    `${profile('deploy: c')}callbacks: { c: { ssh: { script: ./s } } }\n`,
    'profiles.p.deploy: needs a way into the installer',
  ],
  'an own key that is not named': [
    profile('phoneHome: ssh, login: own'),
    'c:2:52: profiles.p.login: `own` is a key of yours: say with `identityFile`',
  ],
  'an address to verify without ssh': [
    profile('verify: { up: 5m, address: 10.0.0.1 }'),
    'profiles.p.verify.address: is where SSH answers: write `verify: { ssh',
  ],
  'a var by its own name': [
    profile('cmdline: "disk={{ vars.disk }}"'),
    'profiles.p.cmdline: there is no vars; a var of the host is written host.vars.disk',
  ],
  'ssh to verify that nothing can be compared with': [
    profile('verify: { ssh: 5m }'),
    'profiles.p.verify.ssh: cannot tell the installed system from the installer',
  ],
  'a template in the address to verify': [
    profile('phoneHome: ssh, login: key, verify: { ssh: 5m, address: "{{ hots.name }}" }'),
    'profiles.p.verify.address: there is no hots; did you mean "host"?',
  ],
  'a disk of an impossible size': [
    profile('expect: { disk: { size: big } }'),
    'profiles.p.expect.disk.size: "big" is not the size of a disk',
  ],
  'a disk that is any disk': [profile('expect: { disk: {} }'), 'profiles.p.expect.disk: '],
  'a login of a rescue profile': [
    profile('boot: once, login: key'),
    'profiles.p.login: is for installs, and this profile is `boot: once`',
  ],
  'an unknown callback': [
    profile('callbacks: [notfy]'),
    'c:2:41: profiles.p.callbacks[0]: there is no callback "notfy"',
  ],
  'a callback that reports what it does': [
    `${profile('deploy: c, callbacks: [c]')}callbacks: { c: { command: { run: ["true"] } } }\n`,
    'profiles.p.callbacks[0]: "c" is what installs',
  ],
  'a callback without anything': [callback(''), 'callbacks.c: says nothing to do: write `webhook`'],
  'a callback with two': [
    callback('webhook: { url: "http://x" }, command: { run: ["true"] }'),
    'callbacks.c.command: a callback is either `webhook` or `command` or `ssh` or',
  ],
  'nixos-anywhere without anything to install': [
    callback('nixosAnywhere: {}'),
    'callbacks.c.nixosAnywhere: says nothing to install; write `flake:',
  ],
  'nixos-anywhere with two things to install': [
    callback('nixosAnywhere: { flake: a, storePaths: [b, c] }'),
    'callbacks.c.nixosAnywhere.storePaths: is instead of a flake',
  ],
  'one store path': [
    callback('nixosAnywhere: { storePaths: [b] }'),
    'callbacks.c.nixosAnywhere.storePaths: a list of 1 is not a list of two store paths',
  ],
  'a phase': [
    callback('nixosAnywhere: { flake: a, phases: [wipe] }'),
    'callbacks.c.nixosAnywhere.phases[0]: "wipe" is not known here; write one of kexec, disko,',
  ],
  'a template of nixos-anywhere': [
    callback('nixosAnywhere: { flake: ".#{{ hots.name }}" }'),
    'callbacks.c.nixosAnywhere.flake: there is no hots',
  ],
  'a variable of a script': [
    callback('ssh: { script: ./s, env: { A-B: x } }'),
    'callbacks.c.ssh.env.A-B: "A-B" is not the name of a variable',
  ],
  'a report over ssh': [
    `${profile('callbacks: [c]')}callbacks: { c: { ssh: { script: ./s } } }\n`,
    'profiles.p.callbacks[0]: "c" installs (`ssh`): write it as `deploy`',
  ],
  'no place for an install': [
    `${lan}installs: { parallel: 0 }\n`,
    'c:2:23: installs.parallel: 0 is not a number of installs from 1 to 1000',
  ],
  'a webhook without a URL': [
    callback('webhook: {}'),
    'callbacks.c.webhook: `url` is missing; write `url: http://hooks.example/netboot`',
  ],
  'an event': [
    callback('when: [instaled], webhook: { url: "http://x" }'),
    'callbacks.c.when[0]: "instaled" is not known here; write one of asked, ready,',
  ],
  'one event without a list': [
    callback('when: installed, webhook: { url: "http://x" }'),
    'callbacks.c.when: "installed" is not a list of events; write it like [installed, failed]',
  ],
  'unknownHosts with an installer': [
    `${profile('boot: install')}unknownHosts: { profile: p }\n`,
    'c:3:26: unknownHosts.profile: profile p is `boot: install`; a machine that the config does not know is never installed',
  ],
  'unknownHosts with an unknown profile': [
    `${lan}unknownHosts: { profile: p }\n`,
    'there is no profile "p"',
  ],
  unknownHosts: [
    `${lan}unknownHosts: lokal\n`,
    '"lokal" is not `ignore`, `local`, `discover`, `{ profile: NAME }` or `{ menu: [NAME] }`',
  ],
  'a var that nobody gives': [
    `${profile('vars: { disk: required }')}hosts:\n  n: { mac: 52:54:00:00:00:01, profile: p }\n`,
    'c:4:6: hosts.n.vars.disk: is missing; profile p requires it',
  ],
  'a var named __proto__': [
    host('vars: { __proto__: x }'),
    '"__proto__" is not a name that templates can use',
  ],
}

for (const [name, [yaml, mistake]] of Object.entries(rows)) {
  t.test(name, async t => {
    const said = errors(t, yaml)
    t.equal(said.length, 1, said.join('\n'))
    t.ok(said[0]?.includes(mistake), `${said[0]}`)
  })
}

t.test('a file that is not there', async t => {
  const { loadConfig } = await import('../../src/config/load.ts')
  t.match(loadConfig('/nowhere/c.yaml'), {
    problems: [{ line: 1, message: 'cannot be read: no such file' }],
  })
})

t.test('all mistakes are told at once, in the order of the file', async t => {
  const said = errors(
    t,
    `dataDr: x
networks:
  rack: { mode: serve, lease: long }
profiles:
  debian: { kernel: 5, callbacks: [nobody] }
hosts:
  a: { mac: x, profile: debian }
  b: { mac: 52:54:00:00:00:02, profile: debain }
  c: { mac: 52:54:00:00:00:02 }
`,
  )
  t.strictSame(
    said.map(line => line.split(': ').slice(0, 2).join(' ')),
    [
      'c:1:1 dataDr',
      'c:3:17 networks.rack.mode',
      'c:3:31 networks.rack.lease',
      'c:5:21 profiles.debian.kernel',
      'c:5:36 profiles.debian.callbacks[0]',
      'c:7:13 hosts.a.mac',
      'c:8:41 hosts.b.profile',
      'c:9:13 hosts.c.mac',
    ],
  )
})

t.test('what may come later is a warning that names its hosts', async t => {
  const { config, problems } = load(
    t,
    `${lan}
profiles: { p: { kernel: k, initrd: i, callbacks: [hook], deploy: run } }
hosts:
  a: { mac: 52:54:00:00:00:01, profile: p }
  b: { mac: 52:54:00:00:00:02, profile: p, kernel: config.yaml }
callbacks:
  hook: { webhook: { url: "http://x", secretFile: s } }
  run: { command: { run: [no-such-program-here] } }
assets: .
`,
  )
  t.ok(config, 'loads')
  t.strictSame(
    problems.map(({ severity, path, hosts }) => [severity, path, hosts?.join(' ')]),
    [
      ['warning', 'profiles.p.kernel', 'a'],
      ['warning', 'profiles.p.initrd', 'a b'],
      ['warning', 'callbacks.hook.webhook.secretFile', 'a b'],
      ['warning', 'callbacks.run.command.run[0]', 'a b'],
    ],
  )
})
