import type { Aim } from './aim.ts'
import { httpFloods } from './floods-http.ts'
import { udpFloods } from './floods-udp.ts'

export type Flood = (aim: Aim) => Promise<void>

/** Each by the number it has in the list of what was found, and what it does. */
export const floods: Readonly<Record<string, Flood>> = { ...udpFloods, ...httpFloods }

/** In the order of that list. */
export const floodNames = Object.keys(floods).sort((a, b) =>
  a.localeCompare(b, 'en', { numeric: true }),
)
