import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { loadConfig } from '../../src/config/load.ts'
import { makeFolder } from '../folder.ts'
import { errors, lan, load, right } from './check.ts'

const host = (power: string, more = '') =>
  `hosts: { node1: { mac: 52:54:00:12:34:56, power: ${power}${more} } }\n`
const both = (one: string, other: string, name = 'node2') =>
  `hosts: { node1: { mac: 52:54:00:12:34:56, power: ${one} }, ${name}: { mac: 52:54:00:12:34:57, power: ${other} } }\n`
const http = 'http: { on: "http://{{ power.address }}/on", off: "http://{{ power.address }}/off"'

t.test('ways to power, resolved', async t => {
  const config = right(
    t,
    `${lan}power:
  plug: { ${http}, status: { url: "http://x/{{ host.name }}", isOn: "yes" }, user: me, passwordFile: pw, pause: 8s } }
  vm: { command: { on: [virsh, start, "{{ host.name }}"], off: [virsh, destroy, "{{ host.name }}"], netboot: [boot, "{{ host.name }}"] } }
installs: { powerUp: 3, powerStatus: 90s }
${host('{ by: plug, address: 10.77.1.21 }')}`,
  )
  const { folder } = config
  t.equal(config.powerUp, 3)
  t.equal(config.powerStatus, 90)
  t.strictSame(config.hosts.get('node1')?.power, {
    ...{ by: 'plug', address: '10.77.1.21' },
    post: 600,
  })
  t.match(config.power.get('plug'), {
    ...{ kind: 'http', pause: 8 },
    on: { url: 'http://{{ power.address }}/on', method: 'GET' },
    status: { isOn: 'yes' },
    account: { user: 'me', passwordFile: `${folder}/pw` },
  })
  t.match(config.power.get('vm'), { kind: 'command', cwd: folder, timeout: 30, pause: 5 })
  t.match(config.power.get('vm'), { netboot: ['boot', '{{ host.name }}'] })
  t.notOk('status' in (config.power.get('vm') ?? {}))
})

t.test('how long its POST takes, and what comes after its install', async t => {
  const own = '{ by: plug, address: p1, post: 20m, after: off }'
  const config = right(t, `${lan}power: { plug: { ${http} } } }\n${host(own)}`)
  t.strictSame(config.hosts.get('node1')?.power, {
    ...{ by: 'plug', address: 'p1', after: 'off', post: 1200 },
  })
})

t.test('several ways, and Wake-on-LAN, which needs nothing', async t => {
  const own = '[{ by: plug, address: p1, post: 20m }, { by: other, address: p2 }, wake]'
  const ways = `{ plug: { ${http} } }, other: { ${http} } } }`
  const config = right(t, `${lan}power: ${ways}\n${host(own)}`)
  t.strictSame(config.hosts.get('node1')?.power, {
    ...{ by: 'plug', address: 'p1', post: 1200 },
    otherwise: [{ by: 'other', address: 'p2' }, { by: 'wake' }],
  })
  t.match(right(t, `${lan}${host('{ by: wake }')}`).hosts.get('node1')?.power, { by: 'wake' })
})

t.test('AMT, outlets by SNMP, and Home Assistant', async t => {
  const config = right(
    t,
    `${lan}power:
  amt: { amt: { user: admin, passwordFile: pw } }
  old: { amt: { user: admin, passwordFile: pw, tls: false } }
  pdu: { snmp: { model: apc, communityFile: community } }
  new: { snmp: { model: raritan, user: me, passwordFile: auth, privacyFile: priv, pause: 9s } }
  home: { homeAssistant: { url: "http://10.77.1.40:8123", tokenFile: token } }
${both('{ by: pdu, address: p1, outlet: 7 }', '{ by: home }', 'rack1-1')}`,
  )
  const { folder } = config
  const account = { user: 'admin', passwordFile: `${folder}/pw` }
  t.strictSame(config.power.get('amt'), {
    ...{ kind: 'amt', name: 'amt', ...account, port: 16_993, trust: { kind: 'pinned' } },
  })
  t.strictSame(config.power.get('old'), { kind: 'amt', name: 'old', ...account, port: 16_992 })
  t.strictSame(config.power.get('pdu'), {
    ...{ kind: 'snmp', name: 'pdu', model: 'apc', port: 161, pause: 5 },
    login: { version: 1, communityFile: `${folder}/community` },
  })
  t.match(config.power.get('new'), {
    pause: 9,
    login: {
      version: 3,
      user: 'me',
      passwordFile: `${folder}/auth`,
      privacyFile: `${folder}/priv`,
    },
  })
  t.match(config.power.get('home'), { url: 'http://10.77.1.40:8123', tokenFile: `${folder}/token` })
  t.match(config.hosts.get('node1')?.power, { by: 'pdu', address: 'p1', outlet: '7' })
})

const pdu = 'power: { pdu: { snmp: { model: apc, communityFile: c } } }\n'

const rows: readonly [string, string, RegExp][] = [
  [
    'a PDU without an outlet',
    `${pdu}${host('{ by: pdu, address: p1 }')}`,
    /hosts\.node1\.power: needs an `outlet` of its PDU$/,
  ],
  [
    'an outlet without its PDU',
    `${pdu}${host('{ by: pdu, outlet: 7 }')}`,
    /hosts\.node1\.power: needs an `address`: that of its PDU$/,
  ],
  [
    'an outlet of two machines',
    `${pdu}${both('{ by: pdu, address: p1, outlet: 7 }', '{ by: pdu, address: p1, outlet: "7" }')}`,
    /hosts\.node2\.power\.address: is the outlet of node1: two machines cannot have one$/,
  ],
  [
    'an outlet that is no number',
    `${pdu}${host('{ by: pdu, address: p1, outlet: "7; rm" }')}`,
    /power\.outlet: "7; rm" is not the number of an outlet/,
  ],
  [
    'a maker that is not known',
    'power: { pdu: { snmp: { model: acme, communityFile: c } } }\n',
    /power\.pdu\.snmp\.model: .*apc/,
  ],
  [
    'SNMP without a login',
    'power: { pdu: { snmp: { model: apc, user: me } } }\n',
    /power\.pdu\.snmp: says no login: write `communityFile`, or `user` and `passwordFile`$/,
  ],
  [
    'SNMP with two logins',
    'power: { pdu: { snmp: { model: apc, communityFile: c, user: me } } }\n',
    /power\.pdu\.snmp\.user: is of SNMP 3, which has no community$/,
  ],
  [
    'a certificate without TLS',
    'power: { amt: { amt: { user: me, passwordFile: p, tls: false, trust: none } } }\n',
    /power\.amt\.amt\.trust: without TLS it shows no certificate$/,
  ],
  [
    'two machines with one AMT',
    `power: { amt: { amt: { user: me, passwordFile: p } } }\n${both('{ by: amt, address: p1 }', '{ by: amt, address: p1 }')}`,
    /hosts\.node2\.power\.address: is the BMC of node1: two machines cannot have one$/,
  ],
  [
    'what is no entity',
    `power: { home: { homeAssistant: { url: "http://x", tokenFile: t, entity: "{{ host.mac }}" } } }\n${host('{ by: home }')}`,
    /power\.home\.homeAssistant\.entity: does not render to an entity such as switch\.node1 \(host node1\)$/,
  ],
  [
    'a further way that is not there',
    `power: { plug: { ${http} } } }\n${host('[{ by: plug, address: p1 }, wke]')}`,
    /hosts\.node1\.power\[1\]: there is no way "wke" in `power`/,
  ],
  [
    'a further way without what its templates need',
    `power: { plug: { ${http} } } }\n${host('[wake, plug]')}`,
    /power\.plug\.http\.on.*power\.address/,
  ],
  [
    'the name of what is no power',
    `power: { kexec: { ${http} } } }\n`,
    /power\.kexec: is what `install --by kexec` is called: give this way another name$/,
  ],
  [
    'no way at all',
    'power: { a: {} }\n',
    /power\.a: says no way: write `redfish` or .* or `command`$/,
  ],
  [
    'two ways in one',
    `power: { a: { ${http} }, command: { on: [a], off: [b] } } }\n`,
    /power\.a\.command: a way to power is either `redfish` or .* or `command`; make it two$/,
  ],
  ['no off', 'power: { a: { command: { on: [a] } } }\n', /power\.a\.command.*off/],
  [
    'a way that is not there',
    `power: { plug: { ${http} } } }\n${host('{ by: plugg }')}`,
    /hosts\.node1\.power\.by: there is no way "plugg" in `power`; did you mean "plug"\?$/,
  ],
  [
    'an address that a template needs',
    `power: { plug: { ${http} } } }\n${host('{ by: plug }')}`,
    /power\.plug\.http\.on: there is no power\.address \(host node1\)$/,
  ],
  [
    'a name that templates do not have',
    'power: { a: { command: { on: [a, "{{ install.id }}"], off: [b] } } }\n',
    /power\.a\.command\.on\[1\]: there is no install/,
  ],
  [
    'what is no URL for a host',
    `power: { plug: { http: { on: "{{ host.name }}", off: "http://x" } } }\n${host('{ by: plug }')}`,
    /power\.plug\.http\.on: does not render to an http:\/\/ or https:\/\/ URL \(host node1\)$/,
  ],
  [
    'a user without a password',
    `power: { plug: { ${http}, user: me } } }\n`,
    /power\.plug\.http\.user: needs `passwordFile` beside it$/,
  ],
  [
    'two logins',
    `power: { plug: { ${http}, user: me, passwordFile: a, tokenFile: b } } }\n`,
    /tokenFile: stands for `user` and `passwordFile`: write one of them$/,
  ],
  [
    'an address that is none',
    host('{ by: a, address: "a b" }'),
    /power\.address: "a b" is not an address or a name/,
  ],
  [
    'a password in the config',
    `power: { plug: { ${http}, password: x } } }\n`,
    /there is no key|unknown|password/,
  ],
]

for (const [name, yaml, sentence] of rows) {
  t.test(name, async t => {
    const found = errors(t, lan + yaml)
    t.ok(
      found.some(line => sentence.test(line)),
      found.join('\n'),
    )
  })
}

t.test('a program that is not there yet is a warning', async t => {
  const yaml = `${lan}power:
  vm: { command: { on: [./switch, on], off: [no-such-program], status: ["{{ host.vars.x }}"] } }
  bmc: { ipmi: { user: admin, passwordFile: p } }
`
  const { PATH } = process.env
  t.teardown(() => Object.assign(process.env, { PATH }))
  process.env.PATH = makeFolder(t)
  const { problems } = load(t, yaml)
  t.match(problems.map(({ severity, message }) => `${severity}: ${message}`).sort(), [
    /^warning: .*p does not exist yet$/,
    /^warning: .*switch is not there or not executable$/,
    /^warning: there is neither ipmitool nor FreeIPMI in PATH/,
    /^warning: there is no program "no-such-program" in PATH/,
  ])
})

t.test('a secret that is missing or open to everybody is a warning', async t => {
  const yaml = `${lan}power: { plug: { ${http}, tokenFile: token } } }\n`
  const { problems, folder } = load(t, yaml, { token: 'x' })
  t.match(problems, [{ severity: 'warning', message: /can be read by everybody on this machine/ }])
  chmodSync(join(folder, 'token'), 0o600)
  t.strictSame(loadConfig(join(folder, 'config.yaml')).problems, [])
  t.match(load(t, yaml).problems, [{ severity: 'warning', message: /does not exist yet$/ }])
  const ways = [
    'amt: { user: me, passwordFile: p }',
    'snmp: { model: apc, communityFile: p }',
    'homeAssistant: { url: "http://x", tokenFile: p }',
  ]
  for (const way of ways) {
    const { problems } = load(t, `${lan}power: { a: { ${way} } }\n`)
    t.match(problems, [{ severity: 'warning', message: /p does not exist yet$/ }], way)
  }
})
