import { archs } from '../../boot/arch.ts'
import { stages } from '../../boot/client.ts'
import { foreignKinds } from '../../boot/foreign/server.ts'
import { hostStates } from '../../boot/host-state.ts'
import { clientKinds } from '../../probe/client-kind.ts'
import type { CommandSpec, OptionSpec } from '../args.ts'

const config: OptionSpec = { value: 'FILE', file: true, help: 'the config file' }
const none = { min: 0, max: 0 }

/** The commands that need no running daemon: what they accept. */
export const serveSpec: CommandSpec = {
  name: 'serve',
  line: '--config FILE',
  brief: 'runs the daemon in the foreground',
  summary:
    'Runs the daemon in the foreground, with one JSON log line for each decision (pretty on a terminal).\n' +
    'SIGHUP reloads the config, SIGTERM ends it.',
  options: { config },
  words: none,
}

export const checkSpec: CommandSpec = {
  name: 'check',
  line: '--config FILE [--strict] [--json]',
  brief: 'every mistake in a config; --strict: warnings count too',
  summary: 'Says every mistake of a config at once. Exit code 1 when there is one.',
  options: {
    config,
    strict: { help: 'warnings count as mistakes' },
    json: { help: 'write the mistakes and warnings for programs' },
  },
  words: none,
}

export const healthySpec: CommandSpec = {
  name: 'healthy',
  line: '--config FILE',
  brief: 'whether the daemon of a config lives',
  summary:
    'Asks the daemon of this config, on this machine, whether it lives, and says what it is not ready for.\n' +
    'Exit code 1 when it does not answer: for the health check of a container. It needs no token.',
  options: { config },
  words: none,
}

export const explainSpec: CommandSpec = {
  name: 'explain',
  examples: [
    'bootwright explain --config FILE --mac 52:54:00:12:34:56 --whole',
    'tcpdump -i br0 -w boot.pcap udp port 67 or port 547 or port 69 or port 4011',
  ],
  line:
    '--config FILE --mac M [--arch A] [--stage S] [--state X] [--ipv6] [--whole] [--json]\n' +
    '       bootwright explain --config FILE --pcap CAPTURE [--state X] [--json]\n' +
    '       bootwright explain --config FILE --dhcp SERVER [--ipv6]',
  brief: 'what a client would be told, and why',
  summary:
    'Says what a client would be told, and why; or what the clients in a captured file would have been.\n' +
    'Nothing is sent, no daemon is needed.',
  options: {
    config,
    mac: { value: 'M', help: 'the MAC of the client' },
    arch: { value: 'A', of: archs, help: `${archs.join(', ')} (default bios, over IPv6 x64-efi)` },
    stage: { value: 'S', of: stages, help: `${stages.join(', ')} (default firmware)` },
    state: { value: 'X', of: hostStates, help: `${hostStates.join(', ')} (default idle)` },
    network: {
      value: 'NAME',
      help: 'the network that it is in (default: by its address, or the first)',
    },
    ipv6: { help: 'it asks over IPv6, by DHCPv6' },
    whole: { help: 'the whole boot: DHCP, loader, iPXE, script and answer files' },
    pcap: {
      value: 'CAPTURE',
      file: true,
      help: 'answer the DHCP and TFTP requests of a pcap or pcapng file',
    },
    dhcp: {
      value: 'SERVER',
      of: foreignKinds,
      help: `what to tell a DHCP server or router that is not Bootwright: ${foreignKinds.join(', ')}`,
    },
    json: { help: 'write the answers for programs' },
  },
  words: none,
}

export const completionSpec: CommandSpec = {
  name: 'completion',
  line: 'bash|zsh|fish',
  brief: 'completion for bash, zsh or fish',
  summary: 'Writes the completion for a shell. It asks the daemon for the names of hosts.',
  examples: [
    'bootwright completion bash > /etc/bash_completion.d/bootwright',
    'bootwright completion zsh > /usr/share/zsh/vendor-completions/_bootwright',
    'bootwright completion fish > ~/.config/fish/completions/bootwright.fish',
  ],
  options: {},
  words: { min: 1, max: 1, of: ['bash', 'zsh', 'fish'] },
}

export const manSpec: CommandSpec = {
  name: 'man',
  line: '',
  brief: 'the manual page',
  summary: 'Writes this manual page.',
  examples: ['bootwright man > /usr/local/share/man/man1/bootwright.1'],
  options: {},
  words: none,
}

export const importSpec: CommandSpec = {
  name: 'import',
  line: 'DIR|FILE… NAME (--config FILE | --assets FOLDER)',
  brief: 'copies boot media into assets',
  summary:
    'Copies boot media into assets as images/NAME, whole or not at all: the folder of a nix-build, the files of a release, a kexec tarball, any kernel with its initrds, or the ISO of a distribution, which is taken apart. It looks whether they belong together and writes their SHA256SUMS. The image of a disk (.raw, .img, packed by gz, xz or zst, or qcow2) becomes images/NAME.raw.zst, or .gz or .xz, with its sum beside it.',
  options: {
    config: { value: 'FILE', file: true, help: 'the config, which says where the assets are' },
    assets: { value: 'FOLDER', help: 'the assets, without a config' },
  },
  words: { min: 2, max: 100, files: true, needs: 'it needs what to import, and a name for it' },
}

export const pullSpec: CommandSpec = {
  name: 'pull',
  line:
    '[NAME[@VERSION]] [--config FILE] [--add] [--arch A] [--mirror URL] [--proxy URL]\n' +
    '       [--offline DIR] [--catalogue FILE] [--check-catalogue]',
  brief: 'fetches boot media of the catalogue, verified',
  summary:
    'Fetches boot media of the catalogue, verifies them by signature or checksum as their publisher offers, and puts\n' +
    'them into assets as images/NAME, whole or not at all. What was cut goes on. Without a name: what there is.',
  examples: [
    'bootwright pull debian --add',
    'bootwright pull debian@12 --mirror http://mirror/debian',
  ],
  options: {
    config: { value: 'FILE', file: true, help: 'the config (default: bootwright.yaml)' },
    add: { help: 'write its profile into the config, and its answer files beside it' },
    arch: { value: 'A', help: 'for machines of this kind (default: the first of the entry)' },
    mirror: {
      value: 'URL',
      help: 'fetch from here (else from that of the config); it is verified all the same',
    },
    proxy: {
      value: 'URL',
      help: 'through this proxy (else that of the config, else $https_proxy, $http_proxy)',
    },
    offline: { value: 'DIR', file: true, help: 'take the files from DIR/HOST/PATH of their URLs' },
    catalogue: { value: 'FILE', file: true, help: 'entries of your own; they win' },
    'check-catalogue': {
      help: 'ask every publisher whether its files are where the catalogue says',
    },
  },
  words: { min: 0, max: 1 },
}

export const outdatedSpec: CommandSpec = {
  name: 'outdated',
  line: '[--ask] [--config FILE] [--catalogue FILE] [--json]',
  brief: 'pulled images of which the catalogue has a newer version',
  summary:
    'Compares the images that were pulled with the catalogue; nobody is asked. With --ask also with what their publishers\n' +
    'have now, by checksum or tag: some replace a file under the same name. Exit code 1 when one is old.',
  options: {
    ask: { help: 'ask the publishers; no image is fetched' },
    config: { value: 'FILE', file: true, help: 'the config (default: bootwright.yaml)' },
    catalogue: { value: 'FILE', file: true, help: 'entries of your own; they win' },
    json: { help: 'write all of them for programs' },
  },
  words: none,
}

export const schemaSpec: CommandSpec = {
  name: 'schema',
  line: '',
  brief: 'JSON Schema of the config, for editors',
  summary: 'Writes the JSON Schema of the config, for editors.',
  options: {},
  words: none,
}

export const probeSpec: CommandSpec = {
  name: 'probe',
  brief: 'what a netbooting machine would get on this LAN',
  line: '[--interface IF] [--mac M] [--as KIND]... [--expect ADDRESS] [--json]',
  summary:
    'Plays netbooting machines on this LAN and says what each would get, from whom, and whether it would boot.\n' +
    'No address is taken and no installer is begun. Exit code 1 when one of them would not boot.',
  examples: [
    'bootwright probe --interface eth0',
    'bootwright probe --mac 52:54:00:12:34:56 --as uefi --expect 10.77.0.1',
  ],
  options: {
    interface: { value: 'IF', help: 'the interface to ask on (default: the only one)' },
    mac: { value: 'M', help: 'ask as this machine; to its server that is a boot of it' },
    as: {
      value: 'KIND',
      many: true,
      of: clientKinds,
      help: `${clientKinds.join(', ')} (default all)`,
    },
    expect: { value: 'ADDRESS', help: 'the server that must win; else exit code 1' },
    json: { help: 'write what was met for programs' },
  },
  words: none,
}

export const initSpec: CommandSpec = {
  name: 'init',
  brief: 'looks around and writes a first config',
  line: '[--config FILE] [--interface IF] [--mode proxy|server] [--range A-B] [--yes]',
  summary:
    'Looks at interfaces, DHCP servers, loaders and the firewall, asks what it cannot see, and writes a first config.\n' +
    'Addresses are given only where you say so. Nothing is ever overwritten.',
  examples: ['sudo bootwright init', 'sudo bootwright init --interface br0 --mode server --yes'],
  options: {
    config: { value: 'FILE', file: true, help: 'the file to write (default: bootwright.yaml)' },
    interface: { value: 'IF', help: 'the interface that the machines are on' },
    mode: {
      value: 'M',
      of: ['proxy', 'server'],
      help: 'proxy or server (default: asks, else proxy)',
    },
    range: { value: 'A-B', help: 'with --mode server: first and last address to give' },
    'data-dir': {
      value: 'DIR',
      file: true,
      help: 'database and token (default: data, beside the config)',
    },
    assets: {
      value: 'DIR',
      file: true,
      help: 'loaders and images (default: assets, beside the config)',
    },
    yes: { help: 'do not ask' },
  },
  words: none,
}
