import { Agent, request } from 'node:http'
import { flood, type Heard, paced } from './aim.ts'

const port = 8080
const nobody = '/phone-home/AAAAAAAAAAAAAAAAAAAAAAAA'
const form = 'application/x-www-form-urlencoded'
const json = 'application/json'

/** Requests. */
export const httpFloods = {
  'A1 somebody else asks for the script of a host, 200/s': flood(
    async ({ server, mac, seconds }, heard) => {
      const get = getter(server, heard)
      await paced(200, seconds, () => get(scriptOf(mac)))
    },
  ),

  'A1 the same from its address while it is off, 200/s': flood(
    async ({ server, victim, mac, seconds }, heard) => {
      const get = getter(server, heard, { localAddress: victim })
      await paced(200, seconds, () => get(scriptOf(mac)))
    },
    { install: 'pending' },
  ),

  'A5 its script and its grub.cfg in turns, 850/s': flood(
    async ({ server, mac, seconds }, heard) => {
      const get = getter(server, heard)
      const paths = [scriptOf(mac), `/grub/grub.cfg-01-${hyphens(mac)}`]
      await paced(850, seconds, n => get(paths[n % 2] ?? ''))
    },
  ),

  'B7 phone homes of 22,000 facts by the machine itself, 30/s': flood(
    async ({ server, token, seconds }, heard) => {
      const body = JSON.stringify({ event: 'progress', facts: facts(22_000) })
      const post = poster(server, heard)
      await paced(30, seconds, () => post(`/phone-home/${token}`, body, json))
    },
    { seat: 'victim' },
  ),

  'B8 phone homes of nobody, forms of 50,000 keys, 4/s': flood(
    async ({ server, seconds }, heard) => {
      const body = Array.from({ length: 50_000 }, (_, n) => `k${n.toString(36)}`).join('&')
      const post = poster(server, heard)
      await paced(4, seconds, () => post(nobody, body, form))
    },
  ),

  'B8 the same as JSON, 22/s': flood(async ({ server, seconds }, heard) => {
    const body = JSON.stringify({ event: 'ready', facts: facts(20_000) })
    const post = poster(server, heard)
    await paced(22, seconds, () => post(nobody, body, json))
  }),

  'B8 JSON of 20,000 keys and forms of 50,000 by the machine itself, 100/s': flood(
    async ({ server, token, seconds }, heard) => {
      const keys = Array.from({ length: 50_000 }, (_, n) => `k${n.toString(36)}`)
      const bodies = [
        [JSON.stringify({ event: 'progress', facts: facts(20_000) }), json],
        [`event=progress&${keys.join('&')}`.slice(0, 250_000), form],
      ] as const
      const post = poster(server, heard)
      await paced(100, seconds, n => {
        const [body, type] = bodies[n % 2] ?? bodies[0]
        post(`/phone-home/${token}`, body, type)
      })
    },
    { seat: 'victim' },
  ),

  'B14 wrong bearer tokens, 1,500/s, among them right ones': flood(
    async ({ server, seconds }, heard) => {
      const wrong = getter(server, heard, { headers: { Authorization: 'Bearer wrong' } })
      const right = getter(server, status => heard(`right token: ${status}`), {
        headers: { Authorization: 'Bearer a-token-that-only-reads' },
      })
      await paced(1500, seconds, n => (n % 300 === 0 ? right : wrong)('/api/v1/hosts'))
    },
  ),
}

/** Small values under short keys: as many as go into the 256 KiB of a body. */
function facts(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n.toString(36)}`, 1]))
}

function scriptOf(mac: string): string {
  return `/boot/${hyphens(mac)}/boot.ipxe`
}

function hyphens(mac: string): string {
  return mac.replaceAll(':', '-')
}

interface From {
  readonly localAddress?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Asks, and counts how it is answered. */
export function getter(server: string, heard: Heard, from: From = {}): (path: string) => void {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 })
  return path => {
    request({ agent, host: server, port, path, ...from }, answer => {
      heard(String(answer.statusCode))
      answer.resume()
    })
      .on('error', error => heard(codeOf(error)))
      .end()
  }
}

function poster(server: string, heard: Heard) {
  return (path: string, body: string, type: string): void => {
    const headers = { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) }
    let status = ''
    const asked = request({ host: server, port, path, method: 'POST', headers }, answer => {
      status = String(answer.statusCode)
      heard(status)
      answer.resume()
    })
    // Whoever is refused before its body was read finds the connection closed.
    asked.on('error', error => status === '' && heard(codeOf(error)))
    asked.end(body)
  }
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.message
}
