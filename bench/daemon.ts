import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type End, type Running, start } from './cable.ts'

/** The daemon's program. */
export const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** Addresses for machines at the other end of the cable. */
export const range = { from: '10.99.1.0', to: '10.99.255.250' }
export const range6 = { from: 'fd00:99::1:0:0:0', to: 'fd00:99::1:ffff:ffff:ffff' }

/**
 * The lines of a config's one network, which gives these addresses for an hour, and what else it is told. All
 * machines have one card.
 */
export function networkLines({ device, address }: End, more = ''): string[] {
  return [
    'networks:',
    '  bench:',
    `    { interface: ${device}, subnet: 10.99.0.0/16, serverAddress: ${address}, mode: server,`,
    `      range: ${range.from}-${range.to}, lease: 1h, rivals: warn,`,
    `      trustUrl: true${more} }`,
  ]
}

/**
 * This daemon, whole, at one end of the cable, with these lines as its config beside `dataDir`. It logs to
 * `log` in the folder; Node gets the flags in BENCH_NODE_FLAGS.
 */
export function startDaemon(
  { inside }: End,
  folder: string,
  lines: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Running {
  const config = join(folder, 'config.yaml')
  writeFileSync(config, `${[`dataDir: ${folder}/data`, ...lines].join('\n')}\n`)
  const flags = process.env.BENCH_NODE_FLAGS?.split(' ') ?? []
  const command = [process.execPath, ...flags, main, 'serve', '--config', config]
  return start(inside(command), join(folder, 'log'), env)
}
