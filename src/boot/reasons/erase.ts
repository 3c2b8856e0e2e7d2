/** Why disks are not erased, and that they are. */
export interface EraseReasons {
  /** A profile that erases what `expect.disk` covers, and has none. */
  'erase-expects-nothing': { readonly profile: string }
  /** Disks that nobody has asked to erase, as people say them: `/dev/vda, SSD 980, 500.1 GB`. */
  'disk-not-expected': { readonly disks: readonly string[] }
  /** So many read as zeros. */
  'disks-erased': { readonly disks: number }
  /** Each with what is wrong: `/dev/vda: it does not read as zeros`. */
  'disks-not-erased': { readonly disks: readonly string[] }
}
