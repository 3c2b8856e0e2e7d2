/** DHCPv6 message types (RFC 8415 section 7.3). */
export const messageType6 = {
  solicit: 1,
  advertise: 2,
  request: 3,
  confirm: 4,
  renew: 5,
  rebind: 6,
  reply: 7,
  release: 8,
  decline: 9,
  reconfigure: 10,
  'information-request': 11,
} as const

export type MessageName6 = keyof typeof messageType6

/** The two types that relays and servers wrap messages in. */
export const relayType = { forward: 12, reply: 13 } as const

/** The option codes that this program reads or writes. RFC 8415 where nothing else is said. */
export const option6 = {
  clientId: 1,
  serverId: 2,
  iaNa: 3,
  iaAddress: 5,
  requestList: 6,
  preference: 7,
  relayMessage: 9,
  statusCode: 13,
  rapidCommit: 14,
  userClass: 15,
  vendorClass: 16,
  interfaceId: 18,
  /** RFC 3646. */
  dns: 23,
  /** RFC 3646. */
  domainSearch: 24,
  iaPd: 25,
  /** RFC 4704. */
  clientName: 39,
  /** RFC 5970 section 3.1. */
  bootFileUrl: 59,
  /** RFC 5970 section 3.3, a list of u16. */
  clientArch: 61,
  /** RFC 6939: the relay tells the client's MAC. */
  linkLayerAddress: 79,
  /** RFC 8357. */
  relayPort: 135,
} as const

/** Values of the status code option (RFC 8415 section 21.13). */
export const status6 = {
  success: 0,
  noAddresses: 2,
  noBinding: 3,
  notOnLink: 4,
  noPrefix: 6,
} as const

const names = new Map<number, MessageName6>(
  Object.entries(messageType6).map(([name, code]) => [code, name as MessageName6]),
)

/** The name of a message type, or `undefined` for one that RFC 8415 does not have. */
export function messageName6Of(code: number): MessageName6 | undefined {
  return names.get(code)
}
