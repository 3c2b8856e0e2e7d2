import { type DhcpOptions, decodeOptions, encodeOptions } from './dhcp-options.ts'
import { textToBytes } from './dhcp-values.ts'

/** Sub-options of option 43 in a PXE packet (PXE 2.1 section 2.2.2). */
export const pxeOption = {
  discoveryControl: 6,
  bootServers: 8,
  bootMenu: 9,
  menuPrompt: 10,
  bootItem: 71,
} as const

/** Reads the sub-options of option 43. Throws WireError when one runs past the end. */
export function decodePxeOptions(bytes: Uint8Array): DhcpOptions {
  return decodeOptions(bytes)
}

/** Writes the sub-options of option 43, with their own END. */
export function encodePxeOptions(options: DhcpOptions): Uint8Array {
  return encodeOptions(options)
}

/**
 * `06 01 08 ff`: no menu, no prompt, no boot server discovery; use the boot file of this very offer. For
 * EDK2, when there is no boot file, it means: boot your disk.
 */
export const useThisOffer = encodePxeOptions(
  new Map([[pxeOption.discoveryControl, Uint8Array.of(8)]]),
)

/** The one-item menu without which a Raspberry Pi's ROM takes no offer. PCs would abort on it. */
export const raspberryPiMenu = encodePxeOptions(
  new Map([
    [pxeOption.discoveryControl, Uint8Array.of(3)],
    [pxeOption.menuPrompt, Uint8Array.of(0, ...textToBytes('PXE'))],
    [pxeOption.bootMenu, Uint8Array.of(0, 0, 17, ...textToBytes('Raspberry Pi Boot'))],
  ]),
)
