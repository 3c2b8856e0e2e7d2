import type { Flood } from './aim.ts'
import { httpFloods } from './floods-http.ts'
import { tcpFloods } from './floods-tcp.ts'
import { udpFloods } from './floods-udp.ts'

/** Each by the number it has in the list of what was found, and what it does. */
export const floods: Readonly<Record<string, Flood>> = {
  ...udpFloods,
  ...httpFloods,
  ...tcpFloods,
}
