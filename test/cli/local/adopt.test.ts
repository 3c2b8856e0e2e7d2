import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { RunCommand } from '../../../src/cli/every-command.ts'
import { adopt, forget } from '../../../src/cli/local/adopt.ts'
import { checkCommand } from '../../../src/cli/local/commands.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { parseMac } from '../../../src/wire/address.ts'
import { fakeIo, problem, startApi } from '../fake.ts'

const first = `networks:
  lan: { subnet: 10.77.0.0/24, serverAddress: 10.77.0.1 }
profiles:
  debian: { kernel: images/linux, vars: { disk: required } }
hosts:
  old: { mac: 52:54:00:00:00:01 }
`

async function place(t: Test, answer: 'reloads' | 'refuses' = 'reloads') {
  const { url, seen } = await startApi(t, {
    'POST /api/v1/reload': (_, response) =>
      answer === 'reloads' ? { hosts: 2, warnings: [] } : problem(response, 409, 'not now'),
  })
  const { io, dir, out, err } = fakeIo(t, url)
  const config = join(dir, 'bootwright.yaml')
  writeFileSync(config, first)
  mkdirSync(join(dir, 'data'))
  writeFileSync(config, `dataDir: data\n${first}`)
  const call = (command: RunCommand, ...argv: string[]) =>
    command([...argv, '--config', config], io, [])
  const hostsFolder = join(dir, 'data/hosts.d')
  const files = () => (existsSync(hostsFolder) ? readdirSync(hostsFolder) : [])
  return { url, seen, config, hostsFolder, files, call, out, err }
}

const mac = '52-54-00-12-34-56'
const debian = ['--profile', 'debian', '--var', 'disk=/dev/sda'] as const

t.test('a machine becomes a host, and is forgotten', async t => {
  const { seen, config, hostsFolder, call, out, err, files } = await place(t)
  const code = await call(adopt, mac, 'node1', ...debian, '--tag', 'lab', '--var', 'n=007')
  t.equal(code, 0, err())
  t.match(out(), 'next:\n  bootwright install node1 --wait\n')
  t.equal(
    readFileSync(join(hostsFolder, 'node1.yaml'), 'utf8'),
    'hosts:\n  node1:\n    mac: 52:54:00:12:34:56\n    profile: debian\n    tags:\n      - lab\n' +
      '    vars:\n      disk: /dev/sda\n      n: "007"\n',
  )
  const { config: read } = loadConfig(config)
  t.equal(read?.hosts.size, 2)
  const found = read?.hostByMac.get(parseMac(mac) as NonNullable<ReturnType<typeof parseMac>>)
  t.match(found, { name: 'node1', vars: { disk: '/dev/sda', n: '007' }, tags: ['lab'] })
  t.equal(await call(adopt, '52:54:00:12:34:57', 'node1'), 1)
  t.match(err(), 'there is a host node1 already: `bootwright forget node1` first')
  t.equal(await call(forget, 'node1'), 0)
  t.strictSame(files(), [])
  t.equal(loadConfig(config).config?.hosts.size, 1)
  t.equal(seen.filter(({ line }) => line === 'POST /api/v1/reload').length, 2)
})

t.test('what would make a bad config changes nothing', async t => {
  const { seen, files, call, err } = await place(t)
  const rows: readonly (readonly [argv: readonly string[], code: number, says: RegExp])[] = [
    [['52:54:00:00:00:01', 'node1'], 1, /52:54:00:00:00:01.*nothing was changed/],
    [[mac, 'node1', '--profile', 'debain'], 1, /did you mean "debian"/],
    [[mac, 'node1', '--profile', 'debian'], 1, /disk/],
    [[mac, 'node1', '--address', '10.99.0.1'], 1, /node1\.yaml:\d+:\d+: hosts\.node1\.address: /],
    [[mac, 'old'], 1, /there is a host old already: take another name/],
    [[mac, '../old'], 2, /is no host name/],
    [[mac, 'a/b'], 2, /is no host name/],
    [['mac', 'node1'], 2, /is no MAC/],
    [[mac, 'node1', '--var', 'disk'], 2, /--var is k=v/],
    [[mac], 2, /it needs a MAC and a name/],
  ]
  for (const [argv, code, says] of rows) {
    t.equal(await call(adopt, ...argv), code, argv.join(' '))
    t.match(err(), says)
    t.strictSame(files(), [])
  }
  t.equal(await call(forget, 'old'), 1)
  t.match(err(), /old stands in .*bootwright\.yaml: remove it there/)
  t.equal(await call(forget, 'nobody'), 1)
  t.match(err(), 'there is no adopted host "nobody"')
  t.strictSame(seen, [], 'the daemon was not asked')
})

t.test('without a daemon it is read at the start; one that refuses is said', async t => {
  const { call, out, files } = await place(t)
  t.equal(await call(adopt, mac, 'node1', '--server', 'http://127.0.0.1:1'), 0)
  t.match(out(), 'no daemon answers: it reads this when it starts')
  t.strictSame(files(), ['node1.yaml'])
  const other = await place(t, 'refuses')
  t.equal(await other.call(adopt, mac, 'node2'), 1)
  t.match(other.err(), 'it is written, but not reloaded: not now')
})

t.test('a file of hosts.d that is wrong is said with its own name and line', async t => {
  const { config, hostsFolder } = await place(t)
  mkdirSync(hostsFolder)
  const rows: readonly (readonly [text: string, says: RegExp])[] = [
    ['hosts: { a: { mac: x } }\n', /x\.yaml:1:\d+: hosts\.a\.mac/],
    ['hosts: {\n', /x\.yaml:\d+:\d+: not valid YAML/],
    ['networks: {}\n', /x\.yaml:1:1: has only `hosts:`, not networks/],
    ['hosts: { old: { mac: 52:54:00:00:00:09 } }\n', /x\.yaml:1:1: old: is also in the config/],
  ]
  for (const [text, says] of rows) {
    writeFileSync(join(hostsFolder, 'x.yaml'), text)
    const { config: read, problems } = loadConfig(config)
    t.equal(read, undefined)
    const [only] = problems.filter(({ severity }) => severity === 'error')
    t.match(
      `${only?.file}:${only?.line}:${only?.column}: ${only?.path}: ${only?.message}`.replace(
        ': : ',
        ': ',
      ),
      says,
    )
  }
  writeFileSync(join(hostsFolder, 'x.yaml'), '')
  t.equal(loadConfig(config).config?.hosts.size, 1, 'an empty one has none')
})

t.test('whoever may not read the data folder can still check the config', async t => {
  const { config, hostsFolder, call, out, err } = await place(t)
  mkdirSync(hostsFolder)
  // Root may read everything: a link to itself is what nobody can.
  symlinkSync('loop.yaml', join(hostsFolder, 'loop.yaml'))
  t.equal(await call(checkCommand), 0)
  t.match(out(), 'good, 1 host')
  t.match(err(), /loop\.yaml:1:1: warning: cannot be read, and holds hosts of `adopt`: ELOOP/)
  t.equal(await call(checkCommand, '--strict'), 1)
  t.notOk(loadConfig(config).config, 'the daemon would lose hosts')
  rmSync(hostsFolder, { recursive: true })
  symlinkSync('hosts.d', hostsFolder)
  t.notOk(loadConfig(config).config, 'a folder that cannot be read')
})
