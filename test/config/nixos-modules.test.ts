import { spawn, spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { makeFolder } from '../folder.ts'
import { shellcheck } from '../shellcheck.ts'

for (const file of globSync('config/nixos/*.nix')) {
  t.test(`${file}: Nix can parse it`, async t => {
    const { status, stderr, error } = spawnSync('nix-instantiate', ['--parse', file], {
      encoding: 'utf8',
    })
    if (error) throw error
    t.equal(status, 0, stderr)
  })
}

t.test('a module that is broken is refused', async t => {
  const broken = readFileSync('config/nixos/client.nix', 'utf8').replace(/\}\s*$/, '')
  const { status } = spawnSync('nix-instantiate', ['--parse', '-'], { input: broken })
  t.not(status, 0)
})

t.test('the module is hardened as the unit is', async t => {
  const module = readFileSync('config/nixos/server.nix', 'utf8')
  const unit = readFileSync('systemd/bootwright.service', 'utf8')
  const hardening = unit.slice(unit.indexOf('DynamicUser='), unit.indexOf('[Install]'))
  // What NixOS has elsewhere: the config is in the store, and variables are an option of their own.
  const elsewhere = ['ConfigurationDirectory', 'Environment']
  for (const [, key = '', value = ''] of hardening.matchAll(/^(\w+)=(.*)$/gm)) {
    if (elsewhere.includes(key)) continue
    const set = new RegExp(`^ *${key} = (.*);$`, 'm').exec(module)?.[1] ?? ''
    const values = [...set.matchAll(/"([^"]*)"/g)].map(([, text]) => text)
    t.ok(set === 'true' ? value === 'yes' : values.includes(value), `${key}=${value}`)
  }
})

const script = readFileSync('config/nixos/phone-home.sh', 'utf8')

t.test('the scripts are clean', async t => {
  t.equal(shellcheck(script), '')
  t.equal(shellcheck(readFileSync('config/nixos/takeover.sh', 'utf8')), '')
})

/** A machine whose command line and URL file are these, and what Bootwright heard of it. */
async function machine(t: Test) {
  const heard: { url: string | undefined; body: unknown }[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const part of request) text += part
    heard.push({ url: request.url, body: JSON.parse(text) })
    response.writeHead(204).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/phone-home/t`
  const folder = makeFolder(t)
  const [cmdline, file] = [join(folder, 'cmdline'), join(folder, 'phone-home')]
  writeFileSync(cmdline, 'quiet\n')
  const here = script
    .replace('/proc/cmdline', cmdline)
    .replace(/^installed=.*/m, `installed=${file}`)
  const run = (event: string) =>
    new Promise<number | null>(resolve => {
      const child = spawn('sh', ['-s', event], { stdio: ['pipe', 'ignore', 'ignore'] })
      child.on('close', resolve)
      child.stdin.end(here)
    })
  return { run, heard, url, cmdline, file }
}

t.test('an installer says ready, with facts', async t => {
  const { run, heard, url, cmdline } = await machine(t)
  writeFileSync(cmdline, `quiet init=/nix/store/x/init bootwright=${url} BOOTIF=01-52\n`)
  t.equal(await run('ready'), 0)
  t.match(heard, [
    {
      url: '/phone-home/t',
      body: {
        event: 'ready',
        facts: { memory: Number, serial: String, disks: Array, nics: Array },
      },
    },
  ])
})

t.test('an installed system says up, once', async t => {
  const { run, heard, url, file } = await machine(t)
  writeFileSync(file, `${url}\n`)
  t.equal(await run('up'), 0)
  t.strictSame(heard, [{ url: '/phone-home/t', body: { event: 'up' } }])
  t.notOk(existsSync(file))
  t.equal(await run('up'), 0)
  t.equal(heard.length, 1)
})

t.test('a machine that Bootwright did not boot says nothing', async t => {
  const { run, heard } = await machine(t)
  t.equal(await run('ready'), 0)
  t.equal(await run('up'), 0)
  t.strictSame(heard, [])
})

t.test('the unit for other systems', async t => {
  const unit = 'systemd/bootwright-up.service'
  const { status, stderr, error } = spawnSync('systemd-analyze', ['verify', unit], {
    encoding: 'utf8',
  })
  if (error) throw error
  t.equal(status, 0, stderr)
  const command =
    /^ExecStart=\/bin\/sh -c '(.*)'$/m.exec(readFileSync(unit, 'utf8'))?.[1] ?? 'false'
  t.equal(shellcheck(command), '')
})
