import { serverUrl } from '../base/server-url.ts'
import { isUboot } from '../boot/arch.ts'
import type { Client } from '../boot/client.ts'
import { canBeSentToDisk } from '../boot/decide.ts'
import { noSuchFile } from '../boot/loaders/no-such-file.ts'
import { configOf } from '../boot/loaders/table.ts'
import { formatIpv4, macWithHyphens } from '../wire/address.ts'
import { option } from '../wire/dhcp-codes.ts'
import { terminatedTextToBytes, textToBytes } from '../wire/dhcp-values.ts'
import { noProxyDhcp } from '../wire/ipxe-options.ts'
import { raspberryPiMenu, useThisOffer } from '../wire/pxe-options.ts'
import type { Options, ReplyContent } from './reply-content.ts'

/** What a reply says about booting. Without options it says nothing. */
export interface BootFields {
  readonly file?: string
  readonly sname?: string
  readonly options: Options
}

const noBoot: BootFields = { options: [] }

const pxeClass: Options[number] = [option.vendorClass, textToBytes('PXEClient')]

/** The answer in the words of DHCP. Every boot file is said twice: ROMs read either form. */
export function bootFields(say: ReplyContent): BootFields {
  const { client, answer, network } = say
  if (!client || !answer) return noBoot
  switch (answer.kind) {
    case 'none':
    case 'boot':
      return noBoot
    case 'local':
      if (!canBeSentToDisk(client, answer)) return noBoot
      return client.stage === 'http-firmware'
        ? httpBoot(`${baseUrl(say)}/${noSuchFile}`)
        : { options: pxeOptions(client) }
    case 'image':
      return httpBoot(`${baseUrl(say)}/boot/${macWithHyphens(client.mac)}/image.iso`)
    case 'chain': {
      const url = `${baseUrl(say)}/boot/${macWithHyphens(client.mac)}/boot.ipxe`
      return { file: url, options: [bootFile(url), ...ipxeOptions(say)] }
    }
    case 'load': {
      if (answer.over === 'http') {
        return httpBoot(`${baseUrl(say)}/loaders/${encodeURIComponent(answer.file)}`)
      }
      if (answer.binl && say.via === 'dhcp') return { options: [pxeClass] }
      const server = formatIpv4(network.serverAddress)
      return {
        file: answer.file,
        sname: server,
        options: [
          bootFile(answer.file),
          [option.tftpServer, terminatedTextToBytes(server)],
          ...pxeOptions(client),
          ...configOptions(client, answer.file),
          ...(client.stage === 'ipxe' ? ipxeOptions(say) : []),
        ],
      }
    }
  }
}

/** UEFI HTTP Boot takes a URL only under its own class (UEFI 2.10 section 24.7.3). */
function httpBoot(url: string): BootFields {
  return { file: url, options: [bootFile(url), [option.vendorClass, textToBytes('HTTPClient')]] }
}

/** Makes PXE firmware take the boot file of this reply, without a menu and without asking port 4011. */
function pxeOptions(client: Client): Options {
  // U-Boot is firmware too, but no PXE client.
  if (client.stage === 'firmware' && !client.vendorClass?.startsWith('PXEClient')) return []
  return [pxeClass, [option.vendorSpecific, client.arch === 'rpi' ? raspberryPiMenu : useThisOffer]]
}

/** U-Boot is a loader itself: what it is told to fetch is its config, and it looks for no other. */
function configOptions({ arch }: Client, file: string): Options {
  if (!isUboot(arch) || !configOf(file)) return []
  return [[option.configFile, textToBytes(file)]]
}

/** iPXE takes a proxy's word only under `PXEClient`; from a DHCP server it need not wait for a proxy. */
function ipxeOptions({ gift }: ReplyContent): Options {
  return gift.kind === 'proxy' ? [pxeClass] : [[option.ipxe, noProxyDhcp]]
}

function bootFile(name: string): [number, Uint8Array] {
  return [option.bootFile, terminatedTextToBytes(name)]
}

function baseUrl({ network, httpPort }: ReplyContent): string {
  return serverUrl(formatIpv4(network.serverAddress), httpPort)
}
