/** Why the machines of a link may not ask by DHCPv6. */
export interface RouterReasons {
  'no-router6': { readonly network: string; readonly interface: string }
  /** None of them says the M flag. */
  'router6-unmanaged': { readonly network: string; readonly routers: readonly string[] }
  /** None of them says that these addresses are on the link. */
  'router6-prefix': { readonly network: string; readonly subnet: string }
}
