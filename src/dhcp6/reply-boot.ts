import { serverUrl, tftpUrl } from '../base/server-url.ts'
import type { Stage } from '../boot/client.ts'
import { noSuchFile } from '../boot/loaders/no-such-file.ts'
import type { NetworkWith6 } from '../boot/network-address.ts'
import { macWithHyphens } from '../wire/address.ts'
import { textToBytes } from '../wire/dhcp-values.ts'
import { option6 } from '../wire/dhcp6-codes.ts'
import type { Dhcp6Option } from '../wire/dhcp6-packet.ts'
import { vendorClassToOption } from '../wire/dhcp6-values.ts'
import type { Case6 } from './outcome.ts'

/**
 * The answer in the words of DHCPv6 (RFC 5970): a URL also for TFTP. BOOTFILE_PARAM is never sent: EDK2 takes
 * it for the size of the file, and gives up where it is none.
 */
export function bootOptions6(from: Case6): Dhcp6Option[] {
  const { client, answer, network, deps } = from
  if (!client || !answer) return []
  const address = network.ipv6.serverAddress
  const http = serverUrl(address, deps.httpPort)
  const own = `${http}/boot/${macWithHyphens(client.mac)}`
  switch (answer.kind) {
    case 'none':
    case 'boot':
      return []
    case 'local':
      return toDisk(client.stage, network, http)
    case 'image':
      return httpBoot(`${own}/image.iso`)
    case 'chain':
      return [bootUrl(`${own}/boot.ipxe`)]
    case 'load':
      return answer.over === 'http'
        ? httpBoot(`${http}/loaders/${encodeURIComponent(answer.file)}`)
        : pxeBoot(network, tftpUrl(address, answer.file))
  }
}

/**
 * Firmware that gets an offer without a file asks on for a minute: it goes on to its next way of booting when
 * the file that it is told is not there.
 */
function toDisk(stage: Stage, network: NetworkWith6, http: string): Dhcp6Option[] {
  if (stage === 'http-firmware') return httpBoot(`${http}/${noSuchFile}`)
  const { serverAddress } = network.ipv6
  return stage === 'firmware' ? pxeBoot(network, tftpUrl(serverAddress, noSuchFile)) : []
}

/** Who gives no address is heard under the class of PXE alone; under that EDK2 asks once more, on port 4011. */
function pxeBoot({ ipv6 }: NetworkWith6, url: string): Dhcp6Option[] {
  return ipv6.mode === 'boot'
    ? [bootUrl(url), vendorClassToOption(343, 'PXEClient')]
    : [bootUrl(url)]
}

/** UEFI HTTP Boot takes a URL only under its own class (UEFI 2.10 section 24.7.3). */
function httpBoot(url: string): Dhcp6Option[] {
  return [bootUrl(url), vendorClassToOption(343, 'HTTPClient')]
}

function bootUrl(url: string): Dhcp6Option {
  return [option6.bootFileUrl, textToBytes(url)]
}
