/** Values of option 53 (RFC 2132 section 9.6). */
export const messageType = {
  discover: 1,
  offer: 2,
  request: 3,
  decline: 4,
  ack: 5,
  nak: 6,
  release: 7,
  inform: 8,
} as const

export type MessageName = keyof typeof messageType

/** The option codes that this program reads or writes. RFC 2132 where nothing else is said. */
export const option = {
  subnetMask: 1,
  router: 3,
  dns: 6,
  hostName: 12,
  domain: 15,
  mtu: 26,
  broadcast: 28,
  ntp: 42,
  vendorSpecific: 43,
  requestedAddress: 50,
  leaseTime: 51,
  overload: 52,
  messageType: 53,
  serverId: 54,
  parameterList: 55,
  message: 56,
  maxMessageSize: 57,
  renewalTime: 58,
  rebindingTime: 59,
  vendorClass: 60,
  clientId: 61,
  tftpServer: 66,
  bootFile: 67,
  /** RFC 3004; iPXE sends it without the inner length. */
  userClass: 77,
  /** RFC 4039. */
  rapidCommit: 80,
  /** RFC 3046. */
  relayAgent: 82,
  /** RFC 4578 section 2.1, a list of u16. */
  clientArch: 93,
  /** RFC 4578 section 2.2. */
  clientInterface: 94,
  /** RFC 4578 section 2.3. */
  clientUuid: 97,
  /** RFC 3011. */
  subnetSelection: 118,
  /** RFC 3397. */
  domainSearch: 119,
  /** RFC 3442. */
  classlessRoutes: 121,
  /** Etherboot's and iPXE's own encapsulated options. */
  ipxe: 175,
  /** RFC 5071: the config of PXELINUX and U-Boot. */
  configFile: 209,
  /** RFC 5071: what stands before the names that they ask for. */
  pathPrefix: 210,
} as const

const names = new Map<number, MessageName>(
  Object.entries(messageType).map(([name, code]) => [code, name as MessageName]),
)

/** The name of a value of option 53, or `undefined` for one that RFC 2131 does not have. */
export function messageNameOf(code: number): MessageName | undefined {
  return names.get(code)
}
