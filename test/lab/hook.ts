import { fileURLToPath } from 'node:url'
import { readLines } from './lines.ts'
import type { Network } from './network.ts'
import { waitUntil } from './wait.ts'

/** A webhook as it came in. */
export interface Received {
  /** Epoch milliseconds. */
  readonly at: number
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** As on the wire. */
  readonly body: string
  /** Its `X-Bootwright-Signature` is that of the body by our secret. */
  readonly signed: boolean
}

/** A receiver of webhooks inside the network. */
export interface Hook {
  readonly url: string
  readonly received: readonly Received[]
  /** The first webhook whose JSON says this `event`. */
  waitFor(event: string, seconds: number): Promise<Received>
}

const port = 9000

/** Starts a receiver that ends with the network. */
export async function startHook(
  network: Network,
  secretFile: string,
  address = network.address,
): Promise<Hook> {
  const script = fileURLToPath(new URL('hook-server.ts', import.meta.url))
  const args = [address, String(port), secretFile]
  const child = network.start([process.execPath, script, ...args])
  const received: Received[] = []
  const errors: string[] = []
  let listens = false
  readLines(child.stderr, line => errors.push(line))
  readLines(child.stdout, line => {
    const record: Received | { ready: true } = JSON.parse(line)
    if ('ready' in record) listens = true
    else received.push(record)
  })
  await waitUntil(
    () => `a hook server: ${errors.join('\n')}`,
    20,
    () => listens || undefined,
  )
  return {
    url: `http://${address}:${port}/netboot`,
    received,
    waitFor: (event, seconds) =>
      waitUntil(`a webhook "${event}"`, seconds, () => received.find(hook => says(hook, event))),
  }
}

function says(hook: Received, event: string): boolean {
  try {
    return JSON.parse(hook.body).event === event
  } catch {
    return false
  }
}
