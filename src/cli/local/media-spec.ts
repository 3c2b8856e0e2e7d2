import { mediaArchs } from '../../media/settings.ts'
import type { CommandSpec } from '../args.ts'

/** What `bootwright media` accepts. */
export const mediaSpec: CommandSpec = {
  name: 'media',
  line:
    'FILE.iso [--config FILE] [--server URL] [--network NAME] [--host NAME] [--arch A]...\n' +
    '       [--address A/P --gateway G --dns D...] [--vlan N] [--secure-boot] [--json]',
  brief: 'an image for USB, CD and BMCs, for machines that cannot netboot',
  summary:
    'Writes one image for USB (by dd), CD and the virtual media of a BMC, for BIOS and UEFI. A machine that is\n' +
    'started from it asks this server what it is to boot, as one that netboots does. No secret is in it.',
  examples: [
    'bootwright media stick.iso --config config.yaml',
    'bootwright media node1.iso --host node1 --address 10.77.0.21/24',
  ],
  options: {
    config: { value: 'FILE', file: true, help: 'the config (default: bootwright.yaml)' },
    server: { value: 'URL', help: 'whom machines ask (default: this server, by the config)' },
    network: {
      value: 'NAME',
      help: 'the network that they are on, where the config has several',
      names: 'networks',
    },
    host: { value: 'NAME', help: 'for this machine alone, by its MACs', names: 'hosts' },
    arch: {
      value: 'A',
      many: true,
      of: mediaArchs,
      help: `${mediaArchs.join(', ')} (default: bios and x64-efi, in one image)`,
    },
    address: { value: 'A/P', help: "the machine's address, where there is no DHCP" },
    gateway: { value: 'G', help: 'its way out, with --address' },
    dns: { value: 'D', many: true, help: 'its name server, with --address' },
    vlan: { value: 'N', help: 'the tag of the VLAN that it is on' },
    'secure-boot': { help: 'UEFI: shim and the signed GRUB, which fetches over TFTP only' },
    json: { help: 'write what was made for programs' },
  },
  words: { min: 1, max: 1, files: true, needs: 'it needs the name of the image to write' },
}
