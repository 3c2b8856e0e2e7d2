import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import t, { type Test } from 'tap'
import { machineRoot } from './machine.ts'

/** Nothing was heard of a switch when it looked. */
const waits = 'known=$(heard); wait_for_work'

type Answer = readonly [status: number, body?: string]

/**
 * Runs a function of the agent's `talk.sh` against a daemon that answers so, one answer after the other and the last
 * one for ever; `screen` is what its console showed.
 */
async function talk(t: Test, call: string, answers: readonly Answer[], facts = '{}') {
  const heard: string[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    heard.push(`${request.method} ${request.url} ${body}`.trim())
    const [status, text = ''] = answers[Math.min(heard.length, answers.length) - 1] ?? [500]
    response.writeHead(status).end(text)
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  t.teardown(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const root = machineRoot(t, {
    'proc/cmdline': `quiet bootwright=${url}/phone-home/TOKEN BOOTIF=01-52-54-00-12-34-56 agent=discover\n`,
    'sys/class/tty/console/active': 'screen\n',
    'sys/class/dmi/id/product_serial': 'BOX-1\n',
    'dev/screen': '',
    'run/facts.json': facts,
  })
  const folder = resolve('src/agent')
  const scripts = ['words.sh', 'talk.sh', 'switch.sh'].map(name =>
    readFileSync(join(folder, name), 'utf8'),
  )
  // Every program is that of the agent.
  const programs = ['sed', 'cut', 'tr', 'cat', 'sleep'].map(
    name => `${name}() { busybox ${name} "$@"; }`,
  )
  programs.push('timeout() { shift; busybox "$@"; }')
  const text = [...programs, ...scripts, 'say() { echo "$*"; }', call].join('\n')
  const child = spawn(
    'timeout',
    ['60', 'busybox', 'sh', '-c', text.replaceAll('/run/', `${root}/run/`)],
    {
      env: { PATH: process.env.PATH, AGENT_ROOT: root, AGENT_PAUSE: '0', LC_ALL: 'C' },
    },
  )
  const out: string[] = []
  child.stdout.on('data', chunk => out.push(String(chunk)))
  child.stderr.on('data', chunk => out.push(String(chunk)))
  const [code] = await once(child, 'close')
  return { code, heard, screen: out.join('') }
}

t.test('it waits until it is told to boot, and shows who it is', async t => {
  const answers: Answer[] = [
    [200, 'wait\n'],
    [200, 'wait\n'],
    [503],
    [200, 'wait r7-n1\n'],
    [200, 'boot r7-n1\n'],
  ]
  const { code, heard, screen } = await talk(t, waits, answers)
  t.equal(code, 0)
  t.strictSame(heard, Array(5).fill('GET /agent/TOKEN'))
  t.match(
    screen,
    /This is a machine that nobody knows yet\.\nMAC {5}52:54:00:12:34:56\nserial {2}BOX-1\n/,
  )
  t.match(screen, /page {4}http:\/\/127\.0\.0\.1:\d+\/\n/)
  t.equal(screen.match(/nobody knows/g)?.length, 1, 'once')
  t.match(screen, /is not heard/)
  t.match(screen, /This is r7-n1\./)
})

t.test('a switch that is heard while it waits is told', async t => {
  const call = [
    'known=$(heard)',
    // The first pause ends with a frame.
    'sleep() { echo leaf7 > /run/switch-eth0; }',
    'look() { known=$(heard); report "$1"; }',
    'wait_for_work',
  ].join('\n')
  const { heard } = await talk(t, call, [[200, 'wait\n'], [204], [200, 'wait\n'], [200, 'boot\n']])
  t.strictSame(heard, [
    'GET /agent/TOKEN',
    'POST /phone-home/TOKEN {"event":"progress","facts":{}}',
    'GET /agent/TOKEN',
    'GET /agent/TOKEN',
  ])
})

t.test('a daemon that knows nothing of this boot makes it boot again', async t => {
  t.equal((await talk(t, waits, [[404]])).heard.length, 1)
})

t.test('no other word means anything, and nothing that is said is run', async t => {
  const bad = [
    '',
    'erase /dev/sda\n',
    '$(reboot)\n',
    '; reboot\n',
    'BOOT\n',
    'wait \u001b[2J`reboot`$(reboot)\n',
    `wait ${'x'.repeat(5000)}\n`,
    'booty\n',
  ]
  const answers: Answer[] = [...bad.map((text): Answer => [200, text]), [200, 'boot\n']]
  const { code, heard, screen } = await talk(t, waits, answers)
  t.equal(code, 0)
  t.equal(heard.length, answers.length)
  t.match(screen, 'This is [2J`reboot`$(reboot).')
  t.match(screen, `This is ${'x'.repeat(80)}.`)
  t.notOk(screen.includes('\u001b'))
})

t.test('its report is JSON, told again until it is heard', async t => {
  const { code, heard } = await talk(
    t,
    'sleep() { :; }; report ready',
    [[500], [503], [204]],
    '{"cpus":1}',
  )
  t.equal(code, 0)
  t.equal(heard.length, 3)
  t.equal(heard[2], 'POST /phone-home/TOKEN {"event":"ready","facts":{"cpus":1}}')
})

t.test('a report that is refused is said, and is not told for ever', async t => {
  const { code, heard, screen } = await talk(t, 'report ready', [[403, 'no\n']])
  t.equal(code, 1)
  t.equal(heard.length, 1)
  t.match(screen, /does not take the report/)
})
