import { readPe } from '../wire/pe-image.ts'
import type { Arch } from './arch.ts'

/** Machine types of the PE format and the firmware that starts such programs. */
const efiArchs: Readonly<Record<number, Arch>> = {
  332: 'ia32-efi',
  34404: 'x64-efi',
  450: 'arm32-efi',
  452: 'arm32-efi',
  43620: 'arm64-efi',
  20580: 'riscv64-efi',
  25188: 'loong64-efi',
}

/** Its EFI stub can also be entered by 32-bit firmware (Linux, x86 boot protocol, XLF_EFI_HANDOVER_32). */
const mixedMode = 4

/**
 * The archs that a kernel can be booted on, from the first few KiB of its file: bzImage (Linux, x86 boot
 * protocol), Image (arm64 booting), PE. `undefined` for what it is not told of.
 */
export function kernelArchsOf(head: Uint8Array): readonly Arch[] | undefined {
  const found: Arch[] = []
  const pe = readPe(head)
  const efi = pe && efiArchs[pe.machine]
  if (isAt(head, 0x202, 'HdrS')) {
    found.push('bios')
    if (((head[0x236] ?? 0) & mixedMode) !== 0) found.push('ia32-efi')
  }
  if (isAt(head, 0x38, 'ARM\x64')) found.push('arm64-uboot', 'rpi')
  if (efi && !found.includes(efi)) found.push(efi)
  return found.length === 0 ? undefined : found
}

function isAt(bytes: Uint8Array, at: number, text: string): boolean {
  return [...text].every((letter, n) => bytes[at + n] === letter.charCodeAt(0))
}
