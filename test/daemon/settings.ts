import type { Ports } from './ports.ts'

export type Settings = Readonly<Record<string, unknown>>

export const mac1 = '52:54:00:00:00:01'
export const mac2 = '52:54:00:00:00:02'

/** The network of all these tests, to be changed in some. */
export const loopback = {
  subnet: '127.0.0.0/8',
  serverAddress: '127.0.0.1',
  mode: 'server',
  range: '127.0.0.50-127.0.0.99',
}

/** The profile of all these tests. */
export const debian = {
  kernel: 'images/kernel',
  initrd: 'images/initrd',
  cmdline: 'auto url={{ files.answers }}',
  files: { answers: 'answers.txt' },
  callbacks: ['notify'],
  verify: { up: '5m' },
}

/** Reports every event to the test's own receiver. */
export function notify(hookPort: number) {
  return {
    when: ['asked', 'ready', 'installed', 'failed', 'cancelled'],
    webhook: { url: `http://127.0.0.1:${hookPort}/hook`, secretFile: 'hook-secret' },
  }
}

export const hookSecret = 'a secret that only these two know'

/** The config of all these tests. */
export function usual(ports: Ports): Settings {
  return {
    dataDir: './data',
    http: { port: ports.http },
    tftp: { port: ports.tftp },
    dhcp: { port: ports.dhcp, proxyPort: ports.proxy },
    networks: { lo: loopback },
    profiles: { debian },
    hosts: {
      node1: { mac: mac1, profile: 'debian' },
      node2: { mac: mac2, profile: 'debian' },
    },
    callbacks: { notify: notify(ports.hook) },
  }
}

/** Writes the files that it names. */
export function furnish(write: (name: string, content: string | Uint8Array) => void): void {
  write('hook-secret', hookSecret)
  write('answers.txt', 'host={{ host.name }} attempt={{ attempt.number }} to={{ phoneHome }}\n')
  write('assets/loaders/undionly.kpxe', Buffer.alloc(70_001, 'loader'))
  write('assets/images/kernel', Buffer.alloc(300_000, 'kernel'))
  write('assets/images/initrd', Buffer.alloc(700_000, 'initrd'))
}
