/** How far a machine of the storm comes, in order. */
export const steps = [
  'start',
  'leased',
  'loader',
  'script',
  'kernel',
  'initrd',
  'ready',
  'done',
] as const

/** Milliseconds since the storm began at which a machine came so far. */
export type Steps = Partial<Record<(typeof steps)[number], number>>
