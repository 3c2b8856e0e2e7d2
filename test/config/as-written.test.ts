import t from 'tap'
import { renderText } from '../../src/config/template/template.ts'
import { lan, right } from './check.ts'

const numbers = ['24.10', '00123', '12345678901234567890', '1e3', '0x1F', '0o17', '1.0', '-0', '+5']
const others = ['.inf', '.nan', '5.', '.5', '1E3', '9007199254740993', '4', '-7', '2.5']

for (const text of [...numbers, ...others]) {
  t.test(`${text} is ${text}, wherever a template takes it from`, async t => {
    const { hosts } = right(
      t,
      `${lan}profiles: { p: { kernel: k, vars: { a: ${text}, n: &n ${text} } } }
hosts:
  x: { mac: 52:54:00:00:00:01, profile: p, vars: { b: ${text} } }
  y: { mac: 52:54:00:00:00:02, profile: p, vars: { b: *n } }
  z: &z { mac: 52:54:00:00:00:03, profile: p, vars: &v { b: ${text} } }
  w: { mac: 52:54:00:00:00:04, profile: p, vars: *v }
`,
    )
    for (const [name, { profile }] of hosts) {
      const host = { name, vars: profile?.vars }
      const rendered = renderText('{{ host.vars.a }} {{ host.vars.b }}', { host })
      t.equal(rendered, `${text} ${text}`, name)
    }
  })
}

t.test('a number that is written plainly stays one, and so do true and false', async t => {
  const { hosts } = right(
    t,
    `${lan}profiles: { p: { kernel: k } }
hosts: { x: { mac: 52:54:00:00:00:01, profile: p, vars: { cpus: 4, raid: false, old: True } } }
`,
  )
  t.strictSame(hosts.get('x')?.vars, { cpus: 4, raid: false, old: true })
})

t.test('names too', async t => {
  const { hosts, profiles } = right(
    t,
    `${lan}profiles: { 24.10: { kernel: k } }
hosts:
  00123: { mac: 52:54:00:00:00:01, profile: "24.10" }
  0x1F: { mac: 52:54:00:00:00:02, profile: "24.10" }
`,
  )
  t.strictSame([...hosts.keys()], ['00123', '0x1F'])
  t.strictSame([...profiles.keys()], ['24.10'])
})

t.test('an anchor that a port uses too stays a number there', async t => {
  const { http, hosts } = right(
    t,
    `${lan}http: { port: &p 0x1F90 }
profiles: { p: { kernel: k } }
hosts: { x: { mac: 52:54:00:00:00:01, profile: p, vars: { port: *p } } }
`,
  )
  t.equal(http.port, 8080)
  t.strictSame(hosts.get('x')?.vars, { port: '0x1F90' })
})

t.test('an alias stands for the last anchor before it', async t => {
  const { hosts } = right(
    t,
    `${lan}profiles: { p: { kernel: k, vars: { a: &n 1.0, b: &n 2.0 } } }
hosts: { x: { mac: 52:54:00:00:00:01, profile: p, vars: { c: *n } } }
`,
  )
  t.strictSame(hosts.get('x')?.vars, { c: '2.0' })
})
