import { readFileSync } from 'node:fs'
import t from 'tap'
import { Compile } from 'typebox/compile'
import { parse } from 'yaml'
import { formatProblem, loadConfig } from '../../src/config/load.ts'
import { jsonSchema } from '../../src/config/schema/json-schema.ts'
import { renderText } from '../../src/config/template/template.ts'
import { makeFolder } from '../folder.ts'

const file = 'config/example.yaml'
const text = readFileSync(file, 'utf8')

for (const name of [file, 'config/lan.yaml']) {
  t.test(`${name} loads without an error`, async t => {
    const { config, problems } = loadConfig(name)
    const errors = problems.filter(({ severity }) => severity === 'error')
    t.strictSame(
      errors.map(problem => formatProblem(name, problem)),
      [],
    )
    t.ok(config)
  })
}

t.test('lan.yaml is the smallest config, beside the checkout', async t => {
  const { config, problems } = loadConfig('config/lan.yaml')
  t.strictSame(problems, [])
  t.equal(config?.dataDir, `${process.cwd()}/data`)
  t.equal(config?.assets, `${process.cwd()}/assets`)
  t.match(config?.networks, [{ name: 'lan', mode: 'proxy', rivals: 'refuse' }])
  t.equal(config?.unknownHosts, undefined)
})

t.test('the example of lan.yaml is right when it is uncommented', async t => {
  const smallest = readFileSync('config/lan.yaml', 'utf8')
  const whole = smallest.replace(/^# (?=hosts|profiles)/gm, '').replace(/^# {3}/gm, '  ')
  t.match(whole, /^hosts:$/m)
  const folder = makeFolder(t, {
    config: { 'lan.yaml': whole, templates: { 'debian.preseed': t.fixture('symlink', preseed) } },
  })
  const { config } = loadConfig(`${folder}/config/lan.yaml`)
  t.strictSame([...(config?.hosts.keys() ?? [])], ['node1'])
})

t.test('the example names every key of the schema', async t => {
  const keys = new Set<string>()
  collect(jsonSchema(), keys)
  for (const key of keys) t.match(text, new RegExp(`\\b${key}:`), key)
})

t.test('the JSON Schema accepts the example and refuses an unknown key', async t => {
  const schema = Compile(jsonSchema())
  const example = parse(text)
  t.ok(schema.Check(example))
  t.notOk(schema.Check({ ...example, nonsense: 1 }))
})

t.test('the JSON Schema helps editors', async t => {
  const schema = jsonSchema()
  t.match(schema, {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    additionalProperties: false,
    properties: {
      networks: { additionalProperties: { properties: { mode: { default: 'proxy' } } } },
      hosts: {
        additionalProperties: { properties: { boot: { enum: ['install', 'once', 'always'] } } },
      },
    },
  })
  eachProperty(schema, (key, property) =>
    t.type(property.description, 'string', `${key} is described`),
  )
})

const preseed = `${process.cwd()}/config/templates/debian.preseed`
const proxy = { http: '', https: '', except: '' }
const context = { proxy, host: { name: 'node1' }, phoneHome: 'http://10.77.0.1:8080/phone-home/t' }

t.test('debian.preseed works with only a disk', async t => {
  const vars = { disk: '/dev/vda' }
  const out = renderText(readFileSync(preseed, 'utf8'), { ...context, host: { name: 'n', vars } })
  t.match(out, 'd-i partman-auto/disk string /dev/vda\n')
  t.match(out, 'd-i mirror/http/hostname string deb.debian.org\n')
  t.notMatch(out, 'mirror/suite')
  t.match(out, 'chmod 700 /target/root/.ssh; \\\n  printf')
  for (const event of ['ready', 'progress', 'done', 'up']) t.match(out, `?event=${event}`)
})

t.test('debian.preseed takes suite, mirror and key', async t => {
  const vars = { disk: '/dev/vda', suite: 'trixie', mirror: 'm.example', sshKey: 'ssh-ed25519 AAA' }
  const out = renderText(readFileSync(preseed, 'utf8'), { ...context, host: { name: 'n', vars } })
  t.match(out, 'd-i mirror/http/hostname string m.example\n')
  t.match(out, 'd-i mirror/suite string trixie\n')
  t.match(out, 'echo "ssh-ed25519 AAA" > /target/root/.ssh/authorized_keys; \\\n')
})

interface Node {
  readonly [key: string]: unknown
}

function collect(schema: Node, keys: Set<string>): void {
  eachProperty(schema, key => keys.add(key))
}

function eachProperty(schema: Node, visit: (key: string, property: Node) => void): void {
  for (const [key, property] of Object.entries((schema.properties ?? {}) as Record<string, Node>)) {
    visit(key, property)
    eachProperty(property, visit)
  }
  const inner = [schema.items, schema.additionalProperties, ...((schema.anyOf ?? []) as Node[])]
  for (const below of inner)
    if (below && typeof below === 'object') eachProperty(below as Node, visit)
}
