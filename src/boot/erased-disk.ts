/** Of which ways there are: by the disk itself, or by writing zeros. */
export const eraseMethods = ['nvme-format', 'ata-secure-erase', 'discard', 'overwrite'] as const
export type EraseMethod = (typeof eraseMethods)[number]

/** What became of one disk of an order. */
export interface ErasedDisk {
  readonly disk: string
  readonly serial: string | null
  readonly model: string | null
  /** Bytes. */
  readonly size: number
  /** It was read back as zeros. */
  readonly erased: boolean
  /** In the order in which they were tried; the last one is what made it empty. */
  readonly methods: readonly EraseMethod[]
  /** Whether it was read from end to end, or at many points. */
  readonly checked: 'whole' | 'sampled' | 'none'
  /** Bytes that were read back as zeros. */
  readonly readBack: number
  readonly why: string | null
}
