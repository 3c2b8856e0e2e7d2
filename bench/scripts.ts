import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { start } from './cable.ts'
import { macOf } from './macs.ts'
import { cpuSeconds } from './usage.ts'

/**
 * Per-host scripts with 10,000 hosts in the config, asked for by wrk (Debian package `wrk`) for 10 s on
 * loopback: first while every host boots its disk, then while every host is due. Prints one JSON object:
 * seconds to check the config, to be ready and to ask for 10,000 installs; scripts a second, and microseconds
 * of the daemon's CPU for each.
 *
 *   npm run bench:scripts
 */
const hosts = 10_000
const port = 18_099
const folder = mkdtempSync(join(tmpdir(), 'bootwright-bench-'))

function writeConfig(): string {
  mkdirSync(join(folder, 'assets', 'images'), { recursive: true })
  for (const name of ['linux', 'initrd']) writeFileSync(join(folder, 'assets/images', name), name)
  const rows = Array.from(
    { length: hosts },
    (_, n) => `  n${n}: { mac: "${macOf(0, n)}", profile: p }`,
  )
  const lines = [
    `dataDir: ${folder}/data`,
    `assets: ${folder}/assets`,
    `http: { port: ${port} }`,
    'networks:',
    '  lo: { subnet: 127.0.0.0/8, serverAddress: 127.0.0.1, mode: none, trustUrl: true }',
    'profiles:',
    '  p: { kernel: images/linux, initrd: images/initrd, cmdline: "host={{ host.name }}" }',
    'hosts:',
    ...rows,
  ]
  const file = join(folder, 'config.yaml')
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

/** Every request is for another host, so that nothing can be answered from what came before. */
function writeRequests(): string {
  const file = join(folder, 'requests.lua')
  const lines = [
    'local n = 0',
    'request = function()',
    `  n = (n + 7919) % ${hosts}`,
    '  local mac = string.format("52-54-00-%02x-%02x-%02x", math.floor(n / 65536), math.floor(n / 256) % 256, n % 256)',
    '  return wrk.format("GET", "/boot/" .. mac .. "/boot.ipxe")',
    'end',
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

/** It logs to a file: nobody could read a pipe while wrk is waited for, and a full one stops the daemon. */
async function serve(config: string) {
  const started = performance.now()
  const command = [process.execPath, 'src/main.ts', 'serve', '--config', config]
  const running = start(command, join(folder, 'log'), { LOG_LEVEL: 'info' })
  while (!running.said().includes('"msg":"ready"')) {
    if (performance.now() - started > 60_000) throw new Error(running.said())
    await sleep(10)
  }
  return { running, ready: (performance.now() - started) / 1000 }
}

/** Asks for an install of every host; seconds. */
async function installAll(): Promise<number> {
  const started = performance.now()
  const token = readFileSync(join(folder, 'data', 'admin-token'), 'utf8').trim()
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/installs`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ hosts: ['*'] }),
  })
  const { results } = (await response.json()) as { results: { ok: boolean }[] }
  if (!results.every(({ ok }) => ok)) throw new Error('not every install could be asked for')
  return (performance.now() - started) / 1000
}

interface Rate {
  readonly perSecond: number
  /** Of the daemon's CPU for each: others that use the machine change it least. */
  readonly microseconds: number
}

function askForScripts(pid: number, requests: string): Rate {
  const before = cpuSeconds(pid)
  const url = `http://127.0.0.1:${port}`
  const args = ['-t', '1', '-c', '32', '-d', '10s', '-s', requests, url]
  const out = execFileSync('wrk', args, { encoding: 'utf8' })
  if (out.includes('Non-2xx')) throw new Error(out)
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(out)?.[1])
  const count = Number(/(\d+) requests in/.exec(out)?.[1])
  return { perSecond, microseconds: ((cpuSeconds(pid) - before) / count) * 1e6 }
}

const config = writeConfig()
const requests = writeRequests()
const checked = performance.now()
execFileSync(process.execPath, ['src/main.ts', 'check', '--config', config])
const check = (performance.now() - checked) / 1000
const { running, ready } = await serve(config)
try {
  const local = askForScripts(running.pid, requests)
  const ask = await installAll()
  const installers = askForScripts(running.pid, requests)
  const figures = { hosts, check, ready, local, ask, installers }
  process.stdout.write(`${JSON.stringify(figures)}\n`)
} finally {
  await running.end()
  rmSync(folder, { recursive: true, force: true })
}
