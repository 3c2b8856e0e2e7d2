import type { AttemptContent, Spec } from '../boot/install.ts'
import { proxyBeside, proxyNames } from '../boot/proxy.ts'
import { type Mac, macWithHyphens } from '../wire/address.ts'
import { formatIpAddress, type IpAddress } from '../wire/ip-address.ts'
import type { InstallDeps, ServedNetwork } from './deps.ts'
import { imageOf } from './image.ts'
import type { LoginExtras } from './ssh/logins.ts'

/** One boot that is about to get its script. */
export interface Boot {
  readonly install?: string
  readonly number: number
  readonly token: string
  readonly mac: Mac
  readonly address: IpAddress
}

/**
 * Renders all that one boot is given: command line and answer files, with the token in their URLs, and
 * what lets us in.
 * Throws what the templates throw.
 */
export function prepareAttempt(
  spec: Spec,
  boot: Boot,
  place: ServedNetwork,
  render: InstallDeps['render'],
  extras?: LoginExtras,
): AttemptContent {
  const { profile, host } = spec
  const context = bootContext(spec, boot, place)
  const files = Object.entries(spec.templates).map(
    ([name, source]) => [name, render(source, context)] as const,
  )
  const args = render(profile.cmdline, context)
  const ours = [
    `bootwright=${context.phoneHome}`,
    `BOOTIF=01-${macWithHyphens(boot.mac)}`,
    ...(extras?.args ?? []),
  ]
  const { serverUrl } = place
  const login = extras?.initrd && { login: `${serverUrl}/logins/${boot.token}` }
  const what = profile.boot === 'install' ? 'installs' : 'boots'
  const which = boot.install === undefined ? '' : `, attempt ${boot.number}`
  return {
    title: `${host.name} ${what} ${profile.name}${which}`,
    ...imageOf(spec, { serverUrl, filesUrl: context.filesUrl, args, ours, ...login }),
    files: Object.fromEntries(files),
    ...(profile.burn && { burn: profile.burn }),
    phoneHome: context.phoneHome,
    context,
    parts: [spec.kernel, ...spec.initrd, ...(spec.image ? [spec.image] : [])],
    ...(spec.kexec && { kexec: spec.kexec }),
    assets: [spec.kernel, ...spec.initrd].map(asset => asset.url),
  }
}

/**
 * What another daemon on our database has rendered, as this one would have: URLs of that one are ours. The
 * token stays the same.
 */
export function contentAt(
  content: AttemptContent,
  { serverUrl, others }: ServedNetwork,
): AttemptContent {
  const from = content.phoneHome.replace(/\/phone-home\/[^/]*$/, '')
  if (!others || from === serverUrl) return content
  const text = JSON.stringify(content)
  // Not where it is the beginning of another port.
  const moved = text.replaceAll(from, (found, at: number) =>
    /\d/.test(text[at + found.length] ?? '') ? found : serverUrl,
  )
  return JSON.parse(moved) as AttemptContent
}

/** The names that templates of the command line and the answer files may use. */
export function bootContext(
  spec: Spec,
  boot: Omit<Boot, 'mac'> & { readonly mac: Mac | undefined },
  place: ServedNetwork,
) {
  const { profile, host } = spec
  const filesUrl = `${place.serverUrl}/files/${boot.token}/`
  const nic = host.nics.find(({ mac }) => mac === boot.mac) ?? host.foundBy?.card
  return {
    host: {
      name: host.name,
      mac: boot.mac ?? '',
      address: nic?.address === undefined ? '' : formatIpAddress(nic.address),
      address6: nic?.address6 ?? '',
      vars: profile.vars,
    },
    profile: { name: profile.name },
    network: place.network,
    server: { url: place.serverUrl },
    proxy: proxyNames(proxyBeside(place.serverUrl, profile.proxy)),
    install: { id: boot.install ?? '' },
    attempt: { number: boot.number, address: boot.address ? formatIpAddress(boot.address) : '' },
    phoneHome: `${place.serverUrl}/phone-home/${boot.token}`,
    filesUrl,
    files: Object.fromEntries(Object.keys(spec.templates).map(name => [name, filesUrl + name])),
  }
}
