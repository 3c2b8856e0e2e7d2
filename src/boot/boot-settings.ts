import type { BootSettings, DhcpOption, Host, Profile } from './host.ts'

/** How a machine's firmware is treated, and the DHCP options that are its own. */
export interface HostBootSettings extends BootSettings {
  readonly options?: readonly DhcpOption[]
  /** What is booted, where it is no Linux kernel. */
  readonly kind?: Profile['kind']
}

/** The settings of a host that boots this profile: what the host says goes before what the profile says. */
export function bootSettingsOf(
  host: Host,
  profile: Profile | undefined = host.profile,
): HostBootSettings {
  const loader = host.loader ?? profile?.loader
  const localBoot = host.localBoot ?? profile?.localBoot
  const options = laidOver(profile?.options, host.options)
  return {
    ...(loader !== undefined && { loader }),
    ...(localBoot !== undefined && { localBoot }),
    ...(host.uefi !== undefined && { uefi: host.uefi }),
    ...(options && { options }),
    ...(profile?.kind !== undefined && { kind: profile.kind }),
  }
}

function laidOver(
  below: readonly DhcpOption[] | undefined,
  above: readonly DhcpOption[] | undefined,
): readonly DhcpOption[] | undefined {
  if (!below || !above) return above ?? below
  const byCode = new Map([...below, ...above].map(option => [option.code, option]))
  return [...byCode.values()].sort((a, b) => a.code - b.code)
}
