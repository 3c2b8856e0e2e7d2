/** `node forward.ts FROM TO`: takes connections on; both are Unix sockets or ports of the loopback interface. */
import { connect, createServer, type Server } from 'node:net'

/** A server that hands every connection on; what goes wrong with one ends that one. */
export function forwardTo(target: string | number): Server {
  return createServer(client => {
    const onward = typeof target === 'string' ? connect(target) : connect(target, '127.0.0.1')
    client.on('error', () => onward.destroy()).pipe(onward)
    onward.on('error', () => client.destroy()).pipe(client)
  })
}

const [, script, from, to] = process.argv
if (script === import.meta.filename && from !== undefined && to !== undefined) {
  const ready = () => process.stdout.write('ready\n')
  const server = forwardTo(placeOf(to))
  const place = placeOf(from)
  if (typeof place === 'string') server.listen(place, ready)
  else server.listen(place, '127.0.0.1', ready)
}

function placeOf(text: string): string | number {
  return /^\d+$/.test(text) ? Number(text) : text
}
