/**
 * What EDK2 wants to read, exactly and without a charset (HttpBootDxe compares the whole value); it
 * refuses to boot other types unless the URL's path ends in one of these three extensions.
 */
const types: Readonly<Record<string, string>> = {
  efi: 'application/efi',
  iso: 'application/vnd.efi-iso',
  img: 'application/vnd.efi-img',
  ipxe: 'text/plain',
  gz: 'application/gzip',
}

/** The `Content-Type` of a file name, by its last extension, upper or lower case. */
export function contentTypeOf(name: string): string {
  const extension = /\.([^./]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
  return (Object.hasOwn(types, extension) && types[extension]) || 'application/octet-stream'
}
