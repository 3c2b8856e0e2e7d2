import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load.ts'
import { formatIpv4, type Ipv4, type Mac, macOfBytes } from '../../src/wire/address.ts'

export const simHost = (n: number): string => `node${n}`
export const simMac = (n: number): Mac =>
  macOfBytes(Uint8Array.of(0x52, 0x54, 0, 0, n >> 8, n & 255))

/** Milliseconds after which nothing that was asked for is still under way, whatever happens: `expires` and clocks. */
export const settled = 14 * 3_600_000

/** The files of a config: they are the same for every seed. */
export function simConfig(hosts: number): { readonly config: Config; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'bootwright-sim-'))
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  for (const name of ['assets/loaders', 'assets/images']) {
    mkdirSync(join(folder, name), { recursive: true })
  }
  for (const name of ['loaders/undionly.kpxe', 'images/kernel', 'images/initrd']) {
    write(`assets/${name}`, name)
  }
  const names = Array.from({ length: hosts }, (_, n) => {
    return `  ${simHost(n)}: { mac: "${simMac(n)}", profile: ${n % 3 === 0 ? 'verified' : 'plain'} }`
  })
  // Fewer addresses than whoever comes and goes would take if nobody gave one back.
  const last = formatIpv4((0x7f010000 + Math.ceil(hosts * 1.3) + 8) as Ipv4)
  write('config.yaml', `${yaml.replace('LAST', last)}${names.join('\n')}\n`)
  const { config, problems } = loadConfig(join(folder, 'config.yaml'))
  if (!config) throw new Error(problems.map(({ message }) => message).join('\n'))
  mkdirSync(config.dataDir, { recursive: true })
  return { config, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

const profile =
  'kernel: images/kernel, initrd: images/initrd, callbacks: [notify], expires: 6h, bootTimeout: 20m, timeout: 1h, cmdline: "install={{ install.id }}"'

const yaml = `
dataDir: data
assets: assets
networks:
  lan: { subnet: 127.0.0.0/8, serverAddress: 127.0.0.1, mode: server, range: 127.1.0.1-LAST, lease: 1h }
profiles:
  plain: { ${profile} }
  verified: { ${profile}, verify: { up: 15m } }
callbacks:
  notify:
    when: [asked, ready, installed, failed, cancelled]
    webhook: { url: "http://127.0.0.1:1/hook" }
hosts:
`
