import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Test } from 'tap'

/** A way to the socket of a server. */
export interface Cable {
  readonly port: number
  /** Nothing passes any more, and nobody is told. */
  cut(): void
  /** What the server says passes no more; what it is told does. */
  deafen(): void
  /** New connections pass; those from before are broken. */
  mend(): void
}

/** Lays one from a port of loopback to a socket in the file system. */
export async function layCable(t: Pick<Test, 'teardown'>, to: string): Promise<Cable> {
  const heres = new Set<Socket>()
  const theres = new Set<Socket>()
  let isCut = false
  const server = createServer(here => {
    heres.add(here)
    here.on('error', () => {}).on('close', () => heres.delete(here))
    if (isCut) return
    const there = connect(to)
    theres.add(there)
    there.on('error', () => here.destroy()).on('close', () => theres.delete(there))
    here.pipe(there).pipe(here)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const hold = (ends: Iterable<Socket>) => {
    isCut = true
    for (const end of ends) end.unpipe().pause()
  }
  const breakAll = () => {
    for (const end of [...heres, ...theres]) end.destroy()
  }
  t.teardown(() => {
    breakAll()
    server.close()
  })
  return {
    port,
    cut: () => hold([...heres, ...theres]),
    deafen: () => hold(theres),
    mend() {
      isCut = false
      breakAll()
    },
  }
}
