import { readFileSync } from 'node:fs'
import type { TLSSocket } from 'node:tls'
import { Agent, buildConnector } from 'undici'
import type { Trusts } from '../boot/power.ts'
import type { Pins } from './pins.ts'
import { PowerError } from './power.ts'

/** `address:port` of a BMC. */
export function bmcAddress(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Connections to one BMC: one, since BMCs are slow, and each certificate is looked at before a secret is sent. */
export function bmcAgent(trust: Trusts, address: string, pins: Pins): Agent {
  const bounds = { connections: 1, pipelining: 0, keepAliveTimeout: 1000 }
  if (trust.kind === 'ca') {
    return new Agent({ ...bounds, connect: { ca: readCa(trust.file), maxCachedSessions: 0 } })
  }
  // A session that is resumed shows no certificate.
  const connect = buildConnector({ rejectUnauthorized: false, maxCachedSessions: 0 })
  if (trust.kind === 'none') return new Agent({ ...bounds, connect })
  return new Agent({
    ...bounds,
    connect: (options, done) =>
      connect(options, (error, socket) => {
        if (error) return done(error, null)
        const why = whyNotPinned(socket as TLSSocket, address, pins)
        if (!why) return done(null, socket)
        socket.destroy()
        done(why, null)
      }),
  })
}

/** Throws PowerError. */
function readCa(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new PowerError({ code: 'power-secret', file, error: code ?? message })
  }
}

/** The certificate that a BMC shows first is kept, and it must show that one from then on. */
function whyNotPinned(socket: TLSSocket, address: string, pins: Pins): PowerError | undefined {
  const { fingerprint256: shown } = socket.getPeerCertificate()
  const kept = pins.get(address)
  if (kept === undefined) {
    pins.keep(address, shown)
    return undefined
  }
  return kept === shown
    ? undefined
    : new PowerError({ code: 'bmc-certificate', address, shown, kept })
}
