import t from 'tap'
import { errors, lan, load } from './check.ts'

const host = 'hosts: { n: { mac: 52:54:00:00:00:01, profile: p } }\n'
const profile = (text: string) => `${lan}profiles: { p: { kernel: k, ${text} } }\n${host}`

/** What is wrong, and each sentence that must be said of it, in order, and no other. */
const rows: Readonly<Record<string, [yaml: string, mistakes: readonly string[]]>> = {
  'a missing template beside a typo in the same file': [
    profile('files: { seed: { template: nowhere, brun: true } }'),
    [
      'profiles.p.files.seed: the template ./nowhere cannot be read',
      'profiles.p.files.seed.brun: is not a known key; did you mean "burn"?',
    ],
  ],
  'a missing template beside a typo key': [
    profile('kernl: k, files: { seed: nowhere }'),
    ['profiles.p.kernl: is not a known key', 'profiles.p.files.seed: the template'],
  ],
  'an address outside every subnet beside a bad CIDR': [
    `networks: { a: { subnet: 10.77.0.0/33, mode: server, leaseTo: hosts }, b: { subnet: 10.78.0.0/24, mode: server, leaseTo: hosts } }
hosts:
  x: { mac: 52:54:00:00:00:01, address: 192.168.1.1 }
  y: { mac: 52:54:00:00:00:02, address: 10.77.0.9 }
`,
    [
      'networks.a.subnet: "10.77.0.0/33" is not a subnet',
      'hosts.x.address: 192.168.1.1 does not lie in the subnet of any network',
    ],
  ],
  'an address beside another broken key of its network': [
    `networks: { a: { subnet: 10.77.0.0/24, mode: server, leaseTo: hosts, lease: long } }
hosts: { x: { mac: 52:54:00:00:00:01, address: 10.78.0.9 } }
`,
    ['networks.a.lease: "long" is not a time', 'hosts.x.address: 10.78.0.9 does not lie in'],
  ],
  'an address outside beside a bad MAC': [
    `networks: { a: { subnet: 10.77.0.0/24, mode: server, leaseTo: hosts } }
hosts: { x: { mac: 52:54, address: 10.78.0.9 } }
`,
    ['hosts.x.mac: "52:54" is not a MAC address', 'hosts.x.address: 10.78.0.9 does not lie in'],
  ],
  'no range beside another broken key': [
    'networks: { a: { mode: server, lease: long } }\n',
    ['networks.a: `mode: server` needs a `range`', 'networks.a.lease: "long" is not a time'],
  ],
  'nothing to boot beside another broken key': [
    `${lan}profiles: { p: { cmdline: 5 } }\n${host}`,
    ['profiles.p: says nothing to boot', 'profiles.p.cmdline: 5 is not text'],
  ],
  'no MAC beside a typo': [
    `${lan}hosts: { n: { tgas: [a] } }\n`,
    ['hosts.n: needs a `mac`', 'hosts.n.tgas: is not a known key'],
  ],
  'every unknown name of a template': [
    profile('cmdline: "{{ hots.name }} {{ host.vars.a }} {{ host.vars.b.c }} {{ host.vars.a }}"'),
    [
      'profiles.p.cmdline: there is no hots; did you mean "host"?',
      'profiles.p.cmdline: there is no host.vars.a (host n)',
      'profiles.p.cmdline: there is no host.vars.b (host n)',
    ],
  ],

  'a bad range needs no range': [
    'networks: { a: { mode: server, range: x } }\n',
    ['networks.a.range: "x" is not a range'],
  ],
  'a bad mode makes no reservation wrong': [
    `networks: { a: { subnet: 10.77.0.0/24, mode: serve } }
hosts: { n: { mac: 52:54:00:00:00:01, address: 10.77.0.9 } }
`,
    ['networks.a.mode: "serve" is not known here'],
  ],
  'a bad MAC with an address': [
    `networks: { a: { subnet: 10.77.0.0/24, mode: server, leaseTo: hosts } }
hosts: { n: { mac: 52:54, address: 10.77.0.9 } }
`,
    ['hosts.n.mac: "52:54" is not a MAC address'],
  ],
  'mac written mca': [
    `${lan}hosts: { n: { mca: 52:54:00:00:00:01 } }\n`,
    ['hosts.n.mca: is not a known key; did you mean "mac"?'],
  ],
  'kernel written kernl': [
    `${lan}profiles: { p: { kernl: k } }\n${host}`,
    ['profiles.p.kernl: is not a known key; did you mean "kernel"?'],
  ],
  'profiles written profils': [
    `${lan}profils: { p: { kernel: k } }\n${host}`,
    ['profils: is not a known key; did you mean "profiles"?'],
  ],
  'profiles that are a list': [`${lan}profiles: [p]\n${host}`, ['profiles: a list is not a map']],
  'networks that are a list': [
    'networks: [lan]\nhosts: { n: { nics: [{ mac: 52:54:00:00:00:01, network: lan }] } }\n',
    ['networks: a list is not a map'],
  ],
  'vars that are no map': [
    `${lan}profiles: { p: { kernel: k, vars: { disk: required } } }
hosts: { n: { mac: 52:54:00:00:00:01, profile: p, vars: [disk] } }
`,
    ['hosts.n.vars: a list is not a map'],
  ],
  'a login that is none': [
    profile('phoneHome: ssh, login: passwrd'),
    ['profiles.p.login: "passwrd" is not known here'],
  ],
  'a webhook without a URL': [
    `${lan}callbacks: { c: { webhook: {} } }\n`,
    ['callbacks.c.webhook: `url` is missing'],
  ],

  'profiles written twice': [
    `${lan}profiles:
  p: { kernel: k, files: { seed: nowhere } }
${Array.from({ length: 100 }, (_, n) => `  p${n}: { kernel: k }\n`).join('')}profiles:
  q: { kernel: k }
hosts:
  n: { mac: 52:54:00:00:00:01, profile: p }
${Array.from({ length: 50 }, (_, n) => `  n${n}: { mac: 52:54:00:00:01:${n + 10}, profile: p${n} }\n`).join('')}`,
    [
      'c:3:34: profiles.p.files.seed: the template ./nowhere cannot be read',
      'profiles: written twice; the first one is in line 2',
    ],
  ],

  'a port in quotes': [
    `${lan}http: { port: "8080" }\n`,
    [
      'http.port: "8080" is not a port from 0 to 65535 (it is text, as it stands in quotes: write 8080)',
    ],
  ],
  'true in quotes': [
    'networks: { lan: { trustUrl: "true" } }\n',
    [
      'networks.lan.trustUrl: "true" is not true or false (it is text, as it stands in quotes: write true)',
    ],
  ],
}

for (const [name, [yaml, mistakes]] of Object.entries(rows)) {
  t.test(name, async t => {
    const said = errors(t, yaml)
    t.equal(said.length, mistakes.length, said.join('\n'))
    for (const mistake of mistakes) {
      t.ok(
        said.some(line => line.includes(mistake)),
        `${mistake}: ${said.join('\n')}`,
      )
    }
  })
}

const withPassword = [
  'callbacks: { c: { webhook: { url: "https://me:pw@hooks.example/x" } } }',
  'callbacks: { c: { webhook: { url: "https://{{ host.vars.u }}:{{ host.vars.p }}@hooks.example/x" } } }',
  'callbacks: { c: { command: { run: ["true", "ftp://me:pw@x/"] } } }',
  'profiles: { p: { kernel: k, cmdline: "inst.repo=http://me:pw@x/" } }',
]
for (const line of withPassword) {
  t.test(`a password in a URL: ${line}`, async t => {
    const { problems } = load(t, `${lan}${line}\n`)
    const found = problems.filter(({ message }) => /URL has a password in it/.test(message))
    t.match(found, [{ severity: 'warning' }])
    t.equal(found.length, 1)
  })
}

t.test('a port or an @ is no password', async t => {
  const { problems } = load(
    t,
    `${lan}callbacks: { c: { webhook: { url: "https://hooks.example:8443/a@b" } } }\n`,
  )
  t.strictSame(problems, [])
})
