import type { Attempt, Install, NewDelivery, Spec } from '../../src/boot/install.ts'
import type { Ipv4, Mac } from '../../src/wire/address.ts'

export const start = Date.UTC(2026, 10, 20, 12)
export const mac = '52:54:00:12:34:56' as Mac
export const address = 0x0a4d0014 as Ipv4

const asset = { url: '/assets/linux', path: '/srv/linux', size: 6, version: 'v1' }

const spec: Spec = {
  host: { name: 'node1', nics: [{ mac }], tags: [], vars: {} },
  profile: {
    name: 'debian',
    boot: 'install',
    ask: 'manual',
    kernel: '/srv/linux',
    initrd: [],
    cmdline: 'quiet',
    files: {},
    vars: { disk: '/dev/vda' },
    phoneHome: 'agent',
    callbacks: [],
    attempts: 3,
    expires: 86_400,
    bootTimeout: 900,
    timeout: 3600,
  },
  kernel: asset,
  initrd: [],
  templates: { preseed: 'd-i {{ host.name }}\n' },
}

export function install(id: string, host = 'node1'): Install {
  return { id, host, profile: 'debian', spec, askedAt: start }
}

export function attempt(
  token: string,
  more: Partial<Attempt> = {},
): Omit<Attempt, 'void' | 'burnt'> {
  const { void: _, ...rest } = { void: false, ...more }
  return {
    token,
    install: 'i1',
    host: 'node1',
    number: 1,
    mac,
    address,
    openedAt: start,
    content: {
      title: 'node1 installs debian',
      image: { kernel: '/k', initrd: [], cmdline: 'quiet' },
      files: { preseed: 'd-i node1\n' },
      phoneHome: `http://10.77.0.1:8080/phone-home/${token}`,
      context: {},
      assets: ['/assets/linux'],
    },
    ...rest,
  }
}

export function delivery(key: string, more: Partial<NewDelivery> = {}): NewDelivery {
  return {
    key,
    host: 'node1',
    install: 'i1',
    attempt: 1,
    callback: 'notify',
    event: 'ready',
    role: 'report',
    target: { kind: 'webhook', url: 'http://127.0.0.1:1/', timeout: 10 },
    body: '{}',
    ...more,
  }
}
