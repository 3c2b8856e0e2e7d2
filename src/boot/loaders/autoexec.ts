import { ensureNetwork, ipxe } from './ipxe.ts'
import type { LoaderKind } from './kind.ts'

/**
 * iPXE since 2022 looks for `autoexec.ipxe` beside itself before it does anything else, its own DHCP
 * included, and then never looks at the boot file of DHCP. So it is the host's script at once.
 */
export const autoexec: LoaderKind = {
  ...ipxe,
  asks: 'autoexec.ipxe',
  isLoader: () => false,
  asker: name => (/(?:^|\/)autoexec\.ipxe$/i.test(name) ? {} : undefined),
  isProbe: name => /(?:^|\/)autoexec\.ipxe$/i.test(name),
  render: (content, transport) =>
    ipxe.render(content, transport).replace('\n', `\n${ensureNetwork}\n`),
}
