import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { given } from '../../../src/base/given.ts'
import type { Expect, Host, Profile } from '../../../src/boot/host.ts'
import { sentenceOf } from '../../../src/boot/words/reason.ts'
import { bootByKexec, type TakeOverDeps } from '../../../src/install/ssh/take-over.ts'
import { type Ipv4, type Mac, parseIpv4 } from '../../../src/wire/address.ts'
import { makeFolder } from '../../folder.ts'

const mac = '52:54:00:12:34:56' as Mac
const local = parseIpv4('127.0.0.1') as Ipv4
const good = 'bootwright: x\nbootwright: would boot with: quiet\n'
const report = (its = mac, serial = 'S1') =>
  `boot\tB\ncmdline\tquiet\nnic\teth0\t${its}\nserial\t${serial}\nend\n`

/** An ssh that says of the machine what the files beside it hold, and writes a host key. */
const ssh = `#!/bin/sh
cd "$(dirname "$0")"
echo "$*" >> calls
case "$*" in *=accept-new*) echo key > "$(echo "$*" | sed 's/.*UserKnownHostsFile="\\([^"]*\\)".*/\\1/')" ;; esac
script=$(cat)
printf '%s\\n' "$script" >> scripts
case "$script" in
  *"say boot"*) cat report; exit "$(cat report-exit)" ;;
  *dry-run*) cat dry; exit "$(cat dry-exit)" ;;
  *) cat run; exit "$(cat run-exit)" ;;
esac
`

interface Said {
  readonly report?: string
  readonly 'report-exit'?: string
  readonly dry?: string
  readonly 'dry-exit'?: string
  readonly run?: string
  readonly 'run-exit'?: string
}

/** A machine with an SSH server whose system is as `said`; gives what comes of its kexec. */
async function machine(t: Test, said: Said = {}, expect?: Expect) {
  const folder = makeFolder(t)
  const server = createServer(socket => socket.end('SSH-2.0-x\r\n'))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const path = process.env.PATH
  process.env.PATH = `${folder}:${path}`
  t.teardown(() => {
    process.env.PATH = path
  })
  const say = (now: Said) => {
    for (const [name, text] of Object.entries(now)) writeFileSync(join(folder, name), text)
  }
  const boots = 'bootwright: fetches x\nbootwright: boots it now\n'
  say({ report: report(), 'report-exit': '0', dry: good, 'dry-exit': '0' })
  say({ run: boots, 'run-exit': '255', ...said })
  writeFileSync(join(folder, 'ssh'), ssh)
  chmodSync(join(folder, 'ssh'), 0o755)
  const { port } = server.address() as AddressInfo
  const running = { user: 'root', identityFile: '/key', port }
  const profile = expect && ({ expect } as Profile)
  const nics = [{ mac }]
  const node1: Host = {
    name: 'node1',
    nics,
    tags: [],
    vars: {},
    running,
    ...given('profile', profile),
  }
  const deps: TakeOverDeps = {
    folder: join(folder, 'running'),
    addressesOf: () => [local],
    whyNoTarget: () => undefined,
    serverUrl: () => 'http://10.77.0.1:8080',
  }
  const read = (name: string) => {
    const file = join(folder, name)
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined
  }
  const boot = async (other: Partial<TakeOverDeps> = {}) => {
    const why = await bootByKexec(node1, { ...deps, ...other })
    return why && sentenceOf(why)
  }
  return { boot, say, read, port }
}

t.test('it is looked at, asked, and boots; its host key goes with it', async t => {
  const { boot, read, port } = await machine(t)
  t.equal(await boot(), undefined)
  const calls = read('calls')?.trim().split('\n') ?? []
  t.equal(calls.length, 3)
  t.match(calls[0], `-i /key -p ${port} `)
  t.match(calls[0], ' -o BatchMode=yes ')
  t.match(calls[0], '/running/node1~" ')
  t.match(calls[1], / StrictHostKeyChecking=yes .*\/running\/node1" /, 'the one that was seen')
  t.match(calls[2], ' root@127.0.0.1 sh')
  t.match(read('scripts'), "'http://10.77.0.1:8080/boot/52-54-00-12-34-56/kexec'")
  t.equal(read('running/node1'), undefined)
})

t.test('a UUID is told to the server that asks for it', async t => {
  const uuid = '01020304-0506-0708-090a-0b0c0d0e0f10'
  const { boot, read } = await machine(t, { report: `uuid\t${uuid}\n${report()}` })
  t.equal(await boot(), undefined)
  t.match(read('scripts'), `kexec?uuid=${uuid}&dry-run'`)
})

const other = '127.0.0.1 is another machine: it has 52:54:00:00:00:09, and none is of node1'
const refusals: readonly [what: string, said: Said, why: string | RegExp, calls: number][] = [
  ['another machine', { report: report('52:54:00:00:00:09' as Mac) }, other, 1],
  ['half a report', { report: 'boot\tB\n' }, /^127\.0\.0\.1 lets us in and does not say/, 1],
  [
    'another key',
    { report: 'Host key verification failed.\n', 'report-exit': '255' },
    /^127\.0\.0\.1 shows another host key than before: /,
    1,
  ],
  [
    'no way in',
    { report: 'root@127.0.0.1: Permission denied (publickey).\n', 'report-exit': '255' },
    '127.0.0.1 does not let us in: Permission denied (publickey).',
    1,
  ],
  [
    'it says why it would not',
    { dry: `bootwright: but there is no kexec\n${good}` },
    'its system does not boot the installer: there is no kexec',
    2,
  ],
  [
    'our server refuses',
    { dry: 'bootwright: node1 is idle\n', 'dry-exit': '1' },
    'its system does not boot the installer: node1 is idle',
    2,
  ],
  [
    'words that would move the cursor',
    { dry: '\u001b[2Jbootwright: but no\u0007thing\n' },
    'its system does not boot the installer: bootwright: but no?thing',
    2,
  ],
  [
    'it cannot load the kernel',
    { run: 'bootwright: fetches x\nbootwright: kexec cannot load it\n', 'run-exit': '1' },
    'its system does not boot the installer: kexec cannot load it',
    3,
  ],
  [
    'it is still there after the kexec',
    { run: 'bootwright: boots it now\nkexec failed: Device busy\n', 'run-exit': '1' },
    'its system does not boot the installer: kexec failed: Device busy',
    3,
  ],
  [
    'the connection is lost before',
    { run: 'bootwright: fetches x\nclient_loop: broken\n' },
    '127.0.0.1 cannot be entered: client_loop: broken',
    3,
  ],
]

for (const [what, said, why, calls] of refusals) {
  t.test(what, async t => {
    const { boot, read } = await machine(t, said)
    t.match(await boot(), why)
    t.equal(read('calls')?.trim().split('\n').length, calls)
    t.equal(read('running/node1') !== undefined, calls > 1, 'the key of the machine is kept')
  })
}

t.test('what the profile expects of the machine', async t => {
  const { boot } = await machine(t, {}, { serial: 'S2' })
  t.equal(await boot(), 'its serial number is S1, and S2 is expected')
})

t.test('where it is not looked for, and not found', async t => {
  const { boot, read } = await machine(t)
  t.match(await boot({ addressesOf: () => [] }), /^it is not known where node1 is: say `address`/)
  t.match(
    await boot({ whyNoTarget: () => 'own' }),
    '127.0.0.1 is never entered: it is an address of ours',
  )
  t.equal(read('calls'), undefined)
})

t.test('a second look takes no other key', async t => {
  const { boot, say, read } = await machine(t, { dry: 'bootwright: but no\n' })
  await boot()
  const first = read('calls')
  say({ dry: good })
  t.equal(await boot(), undefined)
  const later = read('calls')?.slice(first?.length) ?? ''
  t.notMatch(later, 'accept-new')
})
