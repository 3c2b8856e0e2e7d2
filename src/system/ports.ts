import { createSocket } from 'node:dgram'
import { udpSockets } from './output-of.ts'
import { portOwner } from './port-owner.ts'

/** A port that cannot be had, in one sentence with the ways out. */
export class PortError extends Error {
  override readonly name = 'PortError'
}

/**
 * Fails with a {@link PortError} when somebody else holds a UDP port on this address. DHCP sockets are
 * opened for sharing (two of ours share port 67), and then the system does not refuse: it would give
 * both programs half of the packets.
 */
export async function claimUdp(address: string, port: number, device?: string): Promise<void> {
  const socket = createSocket({ type: 'udp4', reuseAddr: false })
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.bind({ address, port, exclusive: true }, resolve)
    })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE' && onOtherDevices(port, device)) return
    throw portError(error, 'UDP', address, port)
  } finally {
    socket.close()
  }
}

/** The sentence for an error of `bind` or `listen`; other errors come back as they are. */
export function portError(
  error: unknown,
  protocol: 'UDP' | 'TCP',
  address: string,
  port: number,
): unknown {
  const { code } = error as NodeJS.ErrnoException
  const where = `${protocol} port ${port} on ${address}`
  if (code === 'EADDRINUSE') {
    const owner = portOwner(protocol === 'UDP' ? 'udp' : 'tcp', port) ?? 'another program'
    const ways = 'stop that, or give another port or `mode: none` in the config'
    return new PortError(`${where} is taken by ${owner}: ${ways}`)
  }
  if (code === 'EACCES' || code === 'EPERM') {
    const ways =
      'run it by systemd/bootwright.service, or `setcap cap_net_bind_service=+ep` the node binary, or start it as root'
    return new PortError(`${where} is forbidden to this user: ${ways}`)
  }
  return error
}

/** Whether all holders of a port are tied to other interfaces (libvirt's dnsmasq on its bridge is). */
function onOtherDevices(port: number, device: string | undefined): boolean {
  const holders = udpSockets(port)
  if (holders === undefined) return false
  const devices = holders
    .trim()
    .split('\n')
    .map(line => /%([^:\s]+):\d+\s/.exec(line)?.[1])
  return devices.every(name => name !== undefined && name !== device)
}
