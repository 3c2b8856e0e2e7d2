/**
 * The loaders that can stand in for one, best first: an iPXE with drivers of its own, which hang on some
 * network cards, gives way to one that uses the firmware's driver. None for any other loader.
 */
export function firmwareDriven(loader: string): string[] {
  const [isEfi, suffix] = /^ipxe(-(?!snponly)\w+)?\.efi$/.exec(loader) ?? []
  if (isEfi) {
    const own = suffix === undefined ? [] : [`snponly${suffix}.efi`, `ipxe-snponly${suffix}.efi`]
    return suffix === undefined || /x86_64|x64/.test(suffix) ? [...own, 'snponly.efi'] : own
  }
  return /^ipxe\.k?kpxe$|^ipxe\.pxe$/.test(loader) ? ['undionly.kpxe'] : []
}

/** The vendor part of a MAC (IEEE OUI), `52:54:00`: cards of one vendor share their drivers. */
export function vendorOf(mac: string): string {
  return mac.slice(0, 8)
}
