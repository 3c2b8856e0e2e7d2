/** What the first bytes of a Linux kernel say of it. */
export interface LinuxImage {
  readonly format: 'bzImage' | 'Image'
  /** Bytes that the file has at least; fewer mean that it was cut. */
  readonly bytes: number
  /** Such as `6.1.0-40-amd64`; an Image does not say it. */
  readonly version?: string
}

const sector = 512

/**
 * Reads the header of a bzImage (Linux, Documentation/arch/x86/boot.rst: setup_sects at 0x1f1, syssize
 * in paragraphs at 0x1f4, `HdrS` at 0x202, kernel_version at 0x20e) or of an Image of arm64
 * (Documentation/arch/arm64/booting.rst: image_size at 16, `ARM\x64` at 56). Undefined for all else.
 * The first 64 KiB of the file are enough.
 */
export function readLinuxImage(head: Uint8Array): LinuxImage | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  if (textAt(head, 0x202, 4) === 'HdrS' && head.length >= 0x210) {
    const setupSectors = head[0x1f1] || 4
    const bytes = (setupSectors + 1) * sector + view.getUint32(0x1f4, true) * 16
    const version = versionAt(head, view.getUint16(0x20e, true))
    return { format: 'bzImage', bytes, ...(version !== undefined && { version }) }
  }
  // image_size counts memory that the file does not have, so it says nothing about the file.
  if (textAt(head, 56, 4) === 'ARMd') return { format: 'Image', bytes: 64 }
  return undefined
}

/** The first word of the text that begins 0x200 behind the pointer. */
function versionAt(head: Uint8Array, pointer: number): string | undefined {
  if (pointer === 0) return undefined
  const word = /^[!-~]+/.exec(textAt(head, pointer + 0x200, 128))?.[0]
  return word
}

function textAt(bytes: Uint8Array, offset: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + length))
}
