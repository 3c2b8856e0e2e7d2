/** `node forward.ts SOCKET PORT`: takes connections at a Unix socket to a port of the loopback interface. */
import { connect, createServer, type Server } from 'node:net'

/** A server that hands every connection on; what goes wrong with one ends that one. */
export function forwardTo(target: string | number): Server {
  return createServer(client => {
    const onward = typeof target === 'string' ? connect(target) : connect(target, '127.0.0.1')
    client.on('error', () => onward.destroy()).pipe(onward)
    onward.on('error', () => client.destroy()).pipe(client)
  })
}

const [, script, socket, port] = process.argv
if (script === import.meta.filename && socket !== undefined) {
  forwardTo(Number(port)).listen(socket, () => process.stdout.write('ready\n'))
}
