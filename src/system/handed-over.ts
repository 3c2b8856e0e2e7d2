import { udpSockets } from './output-of.ts'

/** A socket that systemd, or a launcher like it, opened for us: what for, and on which interface. */
export interface HandedOver {
  readonly door: 'dhcp' | 'proxy' | 'rivals' | 'tftp'
  readonly interface: string
  readonly fd: number
}

const first = 3
const naming = /^(dhcp|proxy|rivals|tftp)-(.+)$/

/**
 * The sockets that sd_listen_fds(3) tells of. The variables are taken out of `env`, so that programs
 * that we start do not believe them to be theirs. `unknown` are names that say nothing to us.
 */
export function takeHandedOver(
  env: NodeJS.ProcessEnv,
  pid: number,
): { readonly sockets: readonly HandedOver[]; readonly unknown: readonly string[] } {
  const { LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES } = env
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) delete env[name]
  if (LISTEN_PID !== String(pid)) return { sockets: [], unknown: [] }

  const names = (LISTEN_FDNAMES ?? '').split(':').slice(0, Number(LISTEN_FDS) || 0)
  const sockets: HandedOver[] = []
  const unknown: string[] = []
  for (const [n, name] of names.entries()) {
    const [, door, device] = naming.exec(name) ?? []
    const twin = sockets.some(s => s.door === door && s.interface === device)
    if (door === undefined || device === undefined || twin) unknown.push(name)
    else sockets.push({ door: door as HandedOver['door'], interface: device, fd: first + n })
  }
  return { sockets, unknown }
}

/**
 * The interfaces to which fewer sockets are tied than were handed over for them, as `ss` tells. Node
 * cannot ask a socket; one that is not tied would hear the broadcasts of all networks.
 */
export function untiedOf(sockets: readonly HandedOver[], listing = udpSockets()): string[] {
  if (listing === undefined) return []
  const devices = new Set(sockets.map(socket => socket.interface))
  return [...devices].filter(device => {
    const tied = listing.split('\n').filter(line => line.includes(`%${device}:`)).length
    return tied < sockets.filter(socket => socket.interface === device).length
  })
}
