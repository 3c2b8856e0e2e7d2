import { eventKinds } from '../boot/event-kinds.ts'
import { hostStates } from '../boot/host-state.ts'
import { leaseStates } from '../boot/lease.ts'
import type { CommandSpec, OptionSpec } from './args.ts'
import { whereOption } from './choose.ts'

/** The options of every command that talks to a daemon. */
const apiOptions: Readonly<Record<string, OptionSpec>> = {
  json: { help: 'write what the API answered, for programs' },
  server: {
    value: 'URL',
    help: 'the daemon (else $BOOTWRIGHT_SERVER, else http://127.0.0.1:8080)',
  },
  'token-file': {
    value: 'FILE',
    file: true,
    help: 'its token (else $BOOTWRIGHT_TOKEN_FILE, else ~/.config/bootwright/token)',
  },
}

/** A command that talks to a daemon: what it accepts, without the options that all of them have. */
export function apiCommand(spec: CommandSpec): CommandSpec {
  return { ...spec, options: { ...spec.options, ...apiOptions } }
}

const none = { min: 0, max: 0 }
const oneHost = { min: 1, max: 1 }
export const anyHosts = { min: 0, max: Number.POSITIVE_INFINITY }
export const yes: OptionSpec = { help: 'do not ask' }

/** Which hosts a list shows. */
const filters: Readonly<Record<string, OptionSpec>> = {
  tag: { value: 'T', names: 'tags', help: 'only hosts with this tag' },
  profile: { value: 'P', names: 'profiles', help: 'only hosts with this profile' },
  state: {
    value: 'S',
    of: hostStates,
    help: `only hosts in this state: ${hostStates.join(', ')}`,
  },
  where: { ...whereOption, help: 'the same, written as install and cancel take it' },
}

export const hostsSpec = apiCommand({
  name: 'hosts',
  line: '[--tag T] [--profile P] [--state S] [--json]',
  brief: 'all hosts and their states',
  summary: 'Lists the hosts of the config, their state, and why they are in it.',
  options: filters,
  words: none,
})

export const showSpec = apiCommand({
  name: 'show',
  line: 'HOST [--json | --pcap FILE]',
  brief: 'one host: facts, installs, callbacks, timeline',
  summary:
    'Shows one host: its state and why, its installs, callbacks and latest events. HOST may also be\n' +
    'the MAC of one, or of a machine that is not in the config.',
  options: {
    pcap: {
      value: 'FILE',
      file: true,
      help: 'write its last DHCP and TFTP packets for tshark or Wireshark (- for stdout); their IP and UDP headers are made anew',
    },
  },
  words: oneHost,
})

export const doctorSpec = apiCommand({
  name: 'doctor',
  line: 'HOST [--json]',
  brief: 'why it does not boot, and what to do',
  summary:
    'Says in plain words why a host does not boot or install, what that is drawn from, and what to\n' +
    'do. HOST may also be a MAC. Exit code 1 when it found something.',
  options: {},
  words: oneHost,
})

export const eventsSpec = apiCommand({
  name: 'events',
  line: '[HOST] [--tag T] [--kind K] [--follow] [--limit N] [--json]',
  brief: 'the timeline; --follow goes on',
  summary: 'Shows the timeline of one host or of all: what was asked, what was answered, and why.',
  options: {
    tag: { value: 'T', names: 'tags', help: 'only of hosts with this tag' },
    kind: {
      value: 'K',
      many: true,
      of: eventKinds,
      help: 'only events of this kind, such as dhcp or state; may be given several times',
    },
    follow: { help: 'go on with new events as they happen; as JSON, one event a line' },
    limit: { value: 'N', help: 'only the newest N events' },
  },
  words: { min: 0, max: 1 },
})

export const watchSpec = apiCommand({
  name: 'watch',
  line: '[--tag T] [--profile P] [--state S] [--json]',
  brief: 'all hosts, live',
  summary:
    'Shows hosts live: those that boot or install first. Arrows scroll, q ends. Without a terminal\n' +
    'it writes a line for each host that changes.',
  options: filters,
  words: none,
})

export const leasesSpec = apiCommand({
  name: 'leases',
  line: '[--network N] [--state S] [--search TEXT] [--json]',
  brief: 'addresses given',
  summary: 'Lists the addresses that the DHCP server gave away.',
  options: {
    network: { value: 'N', names: 'networks', help: 'only of this network' },
    state: {
      value: 'S',
      of: leaseStates,
      help: `only in this state: ${leaseStates.join(', ')}`,
    },
    search: { value: 'TEXT', help: 'only with this in address, MAC, host or hostname' },
  },
  words: none,
})

export const unknownSpec = apiCommand({
  name: 'unknown',
  line: '[--json]',
  brief: 'machines that asked and are not in the config',
  summary:
    'Lists the machines that asked for something and are not in the config, and the line to paste\n' +
    'under `hosts:` for each. `show MAC` and `doctor MAC` say more.',
  options: {},
  words: none,
})

export const imagesSpec = apiCommand({
  name: 'images',
  line: '[--json]',
  brief: 'boot media: size, kernel, init',
  summary: 'Lists the boot media of the daemon: their size, kernel and init.',
  options: {},
  words: none,
})

/** How what is asked for begins, and whether its end is waited for. */
export const waiting: Readonly<Record<string, OptionSpec>> = {
  wait: { help: 'follow to the end; exit code 1 when an install fails' },
  timeout: {
    value: 'D',
    help: 'with --wait: wait so long at most, such as 90s, 45m or 2h; the installs go on',
  },
  'stop-after': { value: 'N', help: 'with --wait: cancel the rest after N failures' },
  replace: { help: 'also where an install is running, which is ended' },
  'no-power': { help: 'machines are reset or switched on by somebody else' },
  by: {
    value: 'WAY',
    of: ['kexec', 'media'],
    help: 'kexec: the system that runs there boots the installer; media: its BMC is given an image',
  },
}

export const installSpec = apiCommand({
  name: 'install',
  line:
    'HOST... [--where tag=T|profile=P|state=S] [--profile P] [--var k=v] [--wait]\n' +
    '       [--timeout D] [--stop-after N] [--replace] [--no-power|--by kexec|media] [--yes] [--json]',
  brief: 'asks for an install; --wait follows it',
  summary:
    'Asks for an install, which begins with the next network boot of the host: a machine whose power the\n' +
    'config knows is reset for that, or switched on. HOST may be a glob.\n' +
    'What will be erased is shown; for more than one host it is confirmed.',
  options: {
    where: whereOption,
    profile: {
      value: 'P',
      names: 'profiles',
      help: "this profile instead of the host's own, for this install only",
    },
    var: { value: 'k=v', many: true, help: 'this variable, for this install only' },
    ...waiting,
    yes,
  },
  words: anyHosts,
})

export const cancelSpec = apiCommand({
  name: 'cancel',
  line: 'HOST... [--where tag=T|profile=P|state=S] [--yes] [--json]',
  brief: 'takes it back',
  summary:
    'Takes an install back in any state that is not an end. HOST may be a glob. For more than one host\n' +
    'the list is shown and confirmed. A machine that may already be erasing its disk is named.',
  options: { where: whereOption, yes },
  words: anyHosts,
})

export const daemonsSpec = apiCommand({
  name: 'daemons',
  line: '[--json]',
  brief: 'the daemons that share one database: which one works, and which stand by',
  summary:
    'Lists the daemons that share what is remembered, with the networks that each owns, since when, when\n' +
    'it was heard last, and how many batches of changes it had yet to read. Exit code 1 when none works.',
  options: {},
  words: none,
})

export const reloadSpec = apiCommand({
  name: 'reload',
  line: '[--json]',
  brief: 'reads the config again, and says how that ended',
  summary:
    'Has the daemon read its config again and waits for the end. A config with mistakes changes\n' +
    'nothing: they are written, and the exit code is 1.',
  options: {},
  words: none,
})

export const drainSpec = apiCommand({
  name: 'drain',
  line: '[--timeout D | --end] [--json]',
  brief: 'no new deploys; waits for those that run',
  summary:
    'Before the daemon is stopped: no new deploy is started from now on, and those that run are waited\n' +
    'for. `drain --end`, or a restart of the daemon, lets deploys start again.',
  options: {
    timeout: {
      value: 'D',
      help: 'wait so long at most, such as 90s, 45m or 2h; exit code 1 when some still run',
    },
    end: { help: 'deploys start again' },
  },
  words: none,
})

export const versionSpec = apiCommand({
  name: 'version',
  line: '[--json] [--sbom]',
  brief: 'what this is, and what the daemon is',
  summary: 'Writes the version of this program, and that of the daemon when one answers.',
  options: { sbom: { help: 'write the list of all that is in this package (CycloneDX, JSON)' } },
  words: none,
})
