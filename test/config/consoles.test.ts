import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { onlyPrograms } from '../power/only-programs.ts'
import { errors, lan, load, right } from './check.ts'

const mac = 'mac: 52:54:00:12:34:56'
const bmc = 'power: { bmc: { ipmi: { user: a, passwordFile: pw } } }\n'
const ways = `consoles:
  sol: { ipmi: { user: a, passwordFile: pw } }
  obmc: { ssh: { user: root, keyFile: key, run: "{{ host.name }}" } }
  vm: { command: { run: [virsh, console, "{{ host.name }}"] } }
`

t.test('ways to consoles, resolved; the address is that of the power', async t => {
  const config = right(
    t,
    `${lan}${bmc}${ways}keep: { console: 64KiB }
hosts: { node1: { ${mac}, power: { by: bmc, address: 10.77.1.21 }, console: sol } }
`,
  )
  const { folder } = config
  t.strictSame(config.hosts.get('node1')?.console, { by: 'sol', address: '10.77.1.21' })
  t.equal(config.keep.console, 65_536)
  t.match(config.consoles.get('sol'), { kind: 'ipmi', port: 623, passwordFile: `${folder}/pw` })
  t.match(config.consoles.get('obmc'), { kind: 'ssh', port: 22, keyFile: `${folder}/key` })
  t.match(config.consoles.get('vm'), { kind: 'command', terminal: false, cwd: folder })
})

const wrong: readonly (readonly [what: string, yaml: string, message: RegExp])[] = [
  [
    'no such way',
    `${ways}hosts: { node1: { ${mac}, console: sool } }`,
    /no way "sool" in `consoles`; did you mean "sol"\?/,
  ],
  [
    'no address',
    `${ways}hosts: { node1: { ${mac}, console: sol } }`,
    /hosts\.node1\.console: needs an `address`: that of its BMC/,
  ],
  [
    'no login',
    `${ways}hosts: { node1: { ${mac}, console: obmc } }`,
    /needs an `address`: where one logs in/,
  ],
  [
    'two kinds',
    'consoles: { x: { ssh: { user: a, keyFile: k }, command: { run: [a] } } }',
    /is either `ipmi` or `ssh` or `command`; make it two/,
  ],
  ['none', 'consoles: { x: {} }', /says no way: write `ipmi`/],
  [
    'an unknown name',
    'consoles: { x: { command: { run: ["{{ power.address }}"] } } }',
    /there is no power/,
  ],
  [
    'one BMC of two machines',
    `${ways}hosts:
  node1: { ${mac}, console: { by: sol, address: 10.0.0.1 } }
  node2: { mac: 52:54:00:12:34:57, console: { by: sol, address: 10.0.0.1 } }`,
    /is the BMC of node1: two machines cannot have one/,
  ],
]
for (const [what, yaml, message] of wrong) {
  t.test(what, async t => t.match(errors(t, `${lan}${yaml}\n`).join('\n'), message))
}

t.test('a key that is not there yet, or that everybody may read, is a warning', async t => {
  const { problems } = load(t, `${lan}${ways}`, { key: 'secret' })
  const said = problems.map(({ severity, message }) => `${severity}: ${message}`).join('\n')
  t.match(said, /warning: .*\/pw does not exist yet/)
  t.match(said, /warning: .*\/key can be read by everybody/)
})

t.test('programs that consoles need and that are not there yet are warnings', async t => {
  const more = '  term: { command: { run: [./port, "{{ host.name }}"], terminal: true } }\n'
  const there = (programs: readonly string[]) =>
    onlyPrograms(t, folder => {
      for (const name of programs) writeFileSync(join(folder, name), '', { mode: 0o755 })
    })
  const said = (t: Test) =>
    load(t, `${lan}${ways}${more}`, { pw: '', key: '' })
      .problems.filter(({ message }) => !message.endsWith('chmod 600'))
      .map(({ severity, path, message }) => `${severity}: ${path}: ${message}`)
      .sort()
  there([])
  await t.test('none', async t =>
    t.match(said(t), [
      /^warning: consoles\.obmc\.ssh: there is no program "ssh" in PATH; get it with `apt install openssh-client`$/,
      /^warning: consoles\.sol\.ipmi: there is neither ipmitool nor FreeIPMI in PATH: install the package ipmitool$/,
      /^warning: consoles\.sol\.ipmi: there is no program "script" in PATH; get it with `apt install bsdutils`$/,
      /^warning: consoles\.term\.command\.run\[0\]: .*\/port is not there or not executable$/,
      /^warning: consoles\.term\.command\.terminal: there is no program "script" in PATH/,
      /^warning: consoles\.vm\.command\.run\[0\]: there is no program "virsh" in PATH/,
    ]),
  )
  there(['ssh', 'script', 'ipmiconsole', 'virsh'])
  await t.test('all but one', async t => t.match(said(t), [/port is not there/]))
})
