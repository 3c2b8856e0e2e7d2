import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Places } from '../places.ts'
import { Refusal } from '../problem.ts'
import { addressOf } from './guard.ts'

const beatMs = 15_000

/**
 * Takes a place for a reader of a stream, who has it until the connection is closed.
 *
 * @throws Refusal 429 where its address has too many; `tooMany` is what is said behind the address
 */
export function takeReaderPlace(
  places: Places,
  request: FastifyRequest,
  { raw }: FastifyReply,
  tooMany: string,
): void {
  const address = addressOf(request)
  const moved = () => raw.socket?.bytesWritten ?? 0
  const leave = places.take({ address, moved, cut: () => raw.destroy() })
  if (!leave) throw new Refusal(429, `${address} ${tooMany}; close some of them`)
  raw.once('close', leave)
}

/** Begins server-sent events; a comment now and then keeps the connection. `closed` is called at its end. */
export function beginEventStream(out: ServerResponse, closed: () => void): void {
  out.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' })
  out.flushHeaders()
  const beat = setInterval(() => out.write(': alive\n\n'), beatMs)
  out.on('close', () => {
    clearInterval(beat)
    closed()
  })
}
