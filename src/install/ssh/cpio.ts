/** A file, folder (no `content`, mode of a folder) or device of an initrd. */
export interface CpioEntry {
  /** Without a leading slash. */
  readonly path: string
  /** File type and rights, such as 0o100644. */
  readonly mode: number
  readonly content?: Uint8Array
  /** Major and minor number of a device. */
  readonly device?: readonly [number, number]
}

/** An archive as the kernel unpacks it into its first root: cpio, format newc. */
export function cpio(entries: readonly CpioEntry[]): Buffer {
  const trailer: CpioEntry = { path: 'TRAILER!!!', mode: 0 }
  return Buffer.concat([...entries, trailer].map((entry, index) => encode(entry, index + 1)))
}

function encode(entry: CpioEntry, inode: number): Buffer {
  const content = entry.content ?? new Uint8Array()
  const name = Buffer.from(`${entry.path}\0`)
  const [major, minor] = entry.device ?? [0, 0]
  const times = 0
  const fields = [
    inode,
    entry.mode,
    0,
    0,
    1,
    times,
    content.length,
    0,
    0,
    major,
    minor,
    name.length,
    0,
  ]
  const header = `070701${fields.map(field => field.toString(16).padStart(8, '0')).join('')}`
  return Buffer.concat([pad(Buffer.concat([Buffer.from(header), name])), pad(content)])
}

function pad(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)])
}
