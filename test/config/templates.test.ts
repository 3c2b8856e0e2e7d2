import t from 'tap'
import { checkTemplate } from '../../src/config/check/names.ts'
import { needOf } from '../../src/config/template/need.ts'
import { renderText, TemplateError } from '../../src/config/template/template.ts'
import { errors, lan, right } from './check.ts'

const context = {
  host: { name: 'node1', vars: { disk: '/dev/sda', size: 5, raid: true } },
  network: { dns: ['10.0.0.1', '10.0.0.2'] },
  files: { 'user-data': 'http://x/user-data' },
}

const renders: readonly (readonly [string, string])[] = [
  ['{{ host.name }}', 'node1'],
  ['{{ host.vars.size }} {{ host.vars.raid }}', '5 true'],
  ['{{ host["name"] }} {{ files.user-data }}', 'node1 http://x/user-data'],
  ['{% if host.vars.missing %}a{% else %}b{% endif %}', 'b'],
  ['{{ host.vars.missing | default: "c" }}', 'c'],
  ['{{ network.dns | join: " " }}', '10.0.0.1 10.0.0.2'],
  ['{{ host.vars.disk | remove: "/dev/" | upcase }}', 'SDA'],
]

for (const [template, text] of renders) {
  t.test(`renders ${template}`, async t => t.equal(renderText(template, context), text))
}

const refused: Readonly<Record<string, string>> = {
  '{{ host.nam }}': 'there is no host.nam; did you mean "name"?',
  '{{ host.vars.dsk }}': 'there is no host.vars.dsk; did you mean "disk"?',
  '{{ files.user-dat }}': 'there is no files.user-dat; did you mean "user-data"?',
  '{{ host.vars.missing }}': 'there is no host.vars.missing',
  '{{ host.name | shout }}': 'there is no filter "shout"',
  '{{ host.constructor }}': 'there is no host.constructor',
  '{{ host.__proto__ }}': 'there is no host.__proto__',
  '{{ host.vars.constructor.name }}': 'there is no host.vars.constructor',
  '{% include "/etc/passwd" %}': 'templates cannot use the tag "include": they read no other files',
  '{% render "package.json" %}': 'templates cannot use the tag "render": they read no other files',
  '{% layout "package.json" %}': 'templates cannot use the tag "layout": they read no other files',
  '{% liquid\n include "/etc/passwd" %}':
    'templates cannot use the tag "include": they read no other files',
  '{% shout %}': 'there is no tag "shout"',
  '{{ host.vars }}': 'this is not a value but a group of names',
  '{{ network.dns }}': 'this is a list; join it: | join: ","',
  '{% for i in (1..999999999) %}{% endfor %}': 'memory alloc limit exceeded',
}

for (const [template, message] of Object.entries(refused)) {
  t.test(`refuses ${template}`, async t => {
    t.throws(() => renderText(template, context), { name: 'TemplateError', message })
  })
}

t.test('a mistake tells its line and column', async t => {
  try {
    renderText('a\n  {{ host.nam }}', context)
    t.fail('it renders')
  } catch (error) {
    t.type(error, TemplateError)
    t.match(error, { line: 2, column: 6 })
  }
})

t.test('names that do not exist are found where rendering forgives them', async t => {
  const faults = (template: string) => checkTemplate(template, 'boot').map(({ message }) => message)
  t.strictSame(faults('{% if hots.name %}{% endif %}'), ['there is no hots; did you mean "host"?'])
  t.strictSame(faults('{% assign x = host.nmae %}{{ x }}'), [
    'there is no host.nmae; did you mean "name"?',
  ])
  t.strictSame(faults('{{ event }}'), ['there is no event; only callbacks have it'])
  t.strictSame(faults('{% for x in network.dns %}{{ x }}{{ forloop.index }}{% endfor %}'), [])
  t.strictSame(faults('{{ host.vars[profile.name] }}{{ host.name.size }}'), [])
  t.strictSame(checkTemplate('{{ event }} {{ message }} {{ facts.serial }}', 'callback'), [])
})

t.test('contexts that a template cannot tell apart have equal needs', async t => {
  const need = needOf('{{ host.name }}{% if host.vars.raid %}{{ host.vars.disk }}{% endif %}')
  const other = { host: { name: 'b', vars: { ...context.host.vars, size: 9 } } }
  t.equal(need(context), need(other), 'another name, and a var that is not used')
  t.not(need(context), need({ host: { name: 'b', vars: { disk: '/dev/sda', raid: false } } }))
  t.not(need(context), need({ host: { vars: { disk: '/dev/sda', raid: true } } }))
})

const hosts = `hosts:
  a: { mac: 52:54:00:00:00:01, profile: p, vars: { disk: sda, raid: true } }
  b: { mac: 52:54:00:00:00:02, profile: p }
  c: { mac: 52:54:00:00:00:03, profile: p }
`
const booting = (text: string) => `${lan}profiles:\n  p:\n    kernel: /k\n${text}\n${hosts}`

t.test('a command line is rendered for every host, and hosts share a mistake', async t => {
  t.strictSame(errors(t, booting('    cmdline: d={{ host.vars.disk }}')), [
    'c:5:14: profiles.p.cmdline: there is no host.vars.disk (host b and 1 more)',
  ])
})

t.test('what was probably meant is a name that is there, not one that is as wrong', async t => {
  const yaml = booting(
    `    vars: { disk: sda }\n    cmdline: '{{ host.vars.dsk }} {{ host.vars.dks }}'`,
  )
  t.match(errors(t, yaml), [
    /there is no host\.vars\.dsk; did you mean "disk"\?/,
    /there is no host\.vars\.dks \(/,
  ])
})

t.test('a mistake is told at the piece that it is in', async t => {
  const yaml = `${booting('    extends: base\n    cmdline: fine')}`
  const base = '  base:\n    cmdline: d={{ host.vars.disk }}'
  t.strictSame(errors(t, yaml.replace('profiles:', `profiles:\n${base}`)), [
    'c:4:14: profiles.base.cmdline: there is no host.vars.disk (host b and 1 more)',
  ])
})

t.test('a command line is one line whatever the vars say', async t => {
  const yaml = booting(`    cmdline: 'd={{ host.vars.disk | default: "x" }}'`)
  t.strictSame(errors(t, yaml.replace('disk: sda', 'disk: "a\\nb"')), [
    'c:5:14: profiles.p.cmdline: a command line cannot hold line breaks (host a)',
  ])
})

t.test('answer files are rendered for hosts that differ in what they need', async t => {
  const yaml = booting('    files: { f: f.tpl }')
  const tpl = 'x\n{% if host.vars.raid %}{{ host.vars.level }}{% endif %}{{ files.f }}{{ files.g }}'
  t.strictSame(errors(t, yaml, { 'f.tpl': tpl }), [
    'c:5:17: profiles.p.files.f: f.tpl:2:27: there is no host.vars.level (host a)',
    'c:5:17: profiles.p.files.f: f.tpl:2:72: there is no files.g (host a and 2 more)',
  ])
})

t.test('an answer file that is not there is an error', async t => {
  t.match(errors(t, booting('    files: { f: nowhere }')), [
    'c:5:17: profiles.p.files.f: the template ./nowhere cannot be read: no such file',
  ])
})

t.test('callbacks are rendered too', async t => {
  const yaml = `${booting('    callbacks: [hook, run]')}callbacks:
  hook: { webhook: { url: "{{ host.vars.hook }}/{{ facts.serial }}/{{ facts.disks.first }}" } }
  run: { command: { run: ["true", "{{ host.nmae }}"] } }
`
  t.strictSame(errors(t, yaml.replace('raid: true', 'hook: "http://x"')), [
    'c:11:27: callbacks.hook.webhook.url: there is no host.vars.hook (host b and 1 more)',
    'c:12:35: callbacks.run.command.run[1]: there is no host.nmae; did you mean "name"?',
  ])
})

t.test('a URL is a URL when it is rendered', async t => {
  const yaml = `${booting('    callbacks: [hook]')}callbacks: { hook: { webhook: { url: "{{ host.name }}" } } }\n`
  t.match(errors(t, yaml), ['does not render to an http:// or https:// URL (host a and 2 more)'])
})

t.test('network names are there even when the config leaves them out', async t => {
  const names = ['name', 'subnet', 'serverAddress', 'router', 'domain'].map(
    n => `{{ network.${n} }}`,
  )
  right(t, booting(`    cmdline: '${names.join(' ')} {{ network.dns | join: "," }}'`))
  t.end()
})
