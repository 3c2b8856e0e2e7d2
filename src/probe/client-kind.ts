/** The netbooting clients that are played. */
export const clientKinds = ['bios', 'uefi', 'uefi-http', 'ipxe'] as const
export type ClientKind = (typeof clientKinds)[number]
