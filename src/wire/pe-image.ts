/** What the head of a PE file (a UEFI program, a kernel with an EFI stub) says. */
export interface PeImage {
  /** The machine type, such as 0x8664 (PE format, "Machine Types"). */
  readonly machine: number
  /** It carries a certificate: without one, Secure Boot refuses it. */
  readonly signed: boolean
}

/** Reads the head of a file; `undefined` for what is no PE file. A few KiB are enough. */
export function readPe(bytes: Uint8Array): PeImage | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 64 || view.getUint16(0, true) !== 0x5a4d) return undefined
  const at = view.getUint32(0x3c, true)
  if (at + 160 > bytes.length || view.getUint32(at, true) !== 0x4550) return undefined
  // Behind the 24 bytes of the COFF header: 0x20b is PE32+, whose data directories begin later.
  const directories = at + 24 + (view.getUint16(at + 24, true) === 0x20b ? 112 : 96)
  const size = directories + 40 <= bytes.length ? view.getUint32(directories + 36, true) : 0
  return { machine: view.getUint16(at + 4, true), signed: size > 0 }
}
