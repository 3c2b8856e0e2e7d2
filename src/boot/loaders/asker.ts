import { type Ipv4, type Mac, parseMac } from '../../wire/address.ts'

/** Whom a loader means by the name of the config that it asks for; its sender, where nothing is said. */
export interface Asker {
  readonly mac?: Mac
  /** SMBIOS UUID, lower case, in whichever byte order the loader prints it. */
  readonly uuid?: string
  readonly address?: Ipv4
  /** The loader has more names to ask for, and a machine that is no host is answered by those. */
  readonly more?: true
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** PXELINUX, U-Boot and GRUB name a machine alike: by UUID, `01-` and MAC, or address in hex. */
export function askerOf(name: string): Asker | undefined {
  const mac = /^01-/.test(name) ? parseMac(name.slice(3)) : undefined
  if (mac) return { mac }
  if (uuid.test(name)) return { uuid: name.toLowerCase(), more: true }
  if (/^[0-9a-f]{8}$/i.test(name)) return { address: Number.parseInt(name, 16) as Ipv4, more: true }
  return undefined
}
