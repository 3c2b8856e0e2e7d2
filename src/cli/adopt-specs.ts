import { anyHosts, apiCommand, waiting, yes } from './api-specs.ts'
import type { CommandSpec, OptionSpec } from './args.ts'
import { whereOption } from './choose.ts'

/** By what machines are put in order before they are numbered. */
export const orders = ['mac', 'serial', 'port', 'address'] as const

const { 'stop-after': _, ...waitingForOne } = waiting

const configOption: OptionSpec = {
  value: 'FILE',
  file: true,
  help: 'the config (default: bootwright.yaml)',
}

export const adoptSpec = apiCommand({
  name: 'adopt',
  line:
    'MAC NAME [--profile P] [--tag T]... [--var k=v]... [--address A] [--config FILE]\n' +
    "       bootwright adopt --all --name 'PATTERN' [--by ORDER] [--profile P] [--tag T]... [--yes]",
  brief: 'makes a machine a host, without an editor',
  summary:
    'Makes the machine with this MAC the host NAME: writes `hosts.d/NAME.yaml` into the data folder, which is\n' +
    'read after the config file, and has the daemon reload. Run it where the daemon runs. With --all the daemon does\n' +
    'that for every machine on which the agent waits, all or none; {{ n }} in the name counts them.',
  examples: [
    'bootwright adopt 52:54:00:12:34:56 node1 --profile debian',
    "bootwright adopt --all --name 'r7-n{{ n }}' --by serial --tag rack7",
  ],
  options: {
    profile: { value: 'P', names: 'profiles', help: 'what it boots when an install is asked for' },
    tag: { value: 'T', many: true, names: 'tags', help: 'a tag of it' },
    var: { value: 'k=v', many: true, help: 'a variable of it' },
    address: { value: 'A', help: 'the address that it always gets' },
    config: configOption,
    all: { help: 'every machine on which the agent waits' },
    name: { value: 'PATTERN', help: 'with --all: their names, with {{ n }} for a number' },
    by: {
      value: 'ORDER',
      of: orders,
      help: `with --all: numbered by ${orders.join(', ')} (default mac)`,
    },
    yes,
  },
  words: { min: 0, max: 2 },
})

export const forgetSpec = apiCommand({
  name: 'forget',
  line: 'NAME [--config FILE]',
  brief: 'takes back what `adopt` wrote',
  summary:
    'Removes a host that `adopt` made, and has the daemon reload. A host of the config file is removed there.',
  options: { config: configOption },
  words: { min: 1, max: 1 },
})

export const agentSpec: CommandSpec = {
  name: 'agent',
  line: 'build (--config FILE | --assets FOLDER) [--arch A] [--json]',
  brief: 'builds the small Linux that says what a machine is',
  summary:
    'Builds the agent, a small Linux that netboots and says what a machine is, from kernel, busybox and mkinitramfs of\n' +
    'this Debian, into assets as images/agent, whole or not at all. It needs no root. The same packages make the\n' +
    'same bytes.',
  examples: ['bootwright agent build --config bootwright.yaml'],
  options: {
    config: { value: 'FILE', file: true, help: 'the config, which says where the assets are' },
    assets: { value: 'FOLDER', help: 'the assets, without a config' },
    arch: {
      value: 'A',
      of: ['amd64', 'arm64'],
      help: 'amd64 or arm64 (default: as this computer)',
    },
    json: { help: 'write what was built for programs' },
  },
  words: { min: 1, max: 1, of: ['build'] },
}

export const eraseSpec = apiCommand({
  name: 'erase',
  line:
    'HOST... [--where tag=T|profile=P|state=S] [--all-disks] [--overwrite] [--read-all]\n' +
    '       [--wait] [--timeout D] [--stop-after N] [--replace] [--no-power|--by kexec|media] [--yes] [--json]',
  brief: 'empties its disks, and keeps a record',
  summary:
    'Asks for the agent to empty the disks of a host, which begins with its next network boot, as an install\n' +
    'does. HOST may be a glob. What will be erased is shown and confirmed, or --yes says so.\n' +
    'A disk that `expect.disk` of the profile does not cover is a refusal, unless --all-disks says otherwise.',
  options: {
    where: whereOption,
    'all-disks': { help: 'whatever disks there are' },
    overwrite: { help: 'zeros from end to end, whatever better each disk can' },
    'read-all': {
      help: 'read them back from end to end; else those of more than 2 GiB at many points',
    },
    ...waiting,
    yes,
  },
  words: anyHosts,
})

export const captureSpec = apiCommand({
  name: 'capture',
  line:
    'HOST NAME [--disk D] [--wait] [--timeout D] [--replace] [--no-power|--by kexec|media]\n' +
    '       [--yes] [--json]',
  brief: 'makes an image of its disk',
  summary:
    'Asks for the agent to read the disk of a host, which begins with its next network boot, as an install\n' +
    'does. The disk becomes images/NAME.raw.zst below the assets of the daemon, whole or not at all; nothing is\n' +
    'written to it. An image of that name is replaced when somebody says so at the terminal, or by --yes.',
  examples: ['bootwright capture node1 golden --wait'],
  options: {
    disk: {
      value: 'D',
      help: 'which disk, such as /dev/sda (default: the one that an image would be written to)',
    },
    ...waitingForOne,
    yes,
  },
  words: { min: 2, max: 2 },
})

export const erasuresSpec = apiCommand({
  name: 'erasures',
  line: '[HOST] [--save FOLDER] [--json]',
  brief: 'what was erased, and its signed records',
  summary:
    'Lists what was erased, the newest first. With --save the records are written into FOLDER with their\n' +
    'signatures, and the key that those are checked by.',
  options: {
    save: {
      value: 'FOLDER',
      file: true,
      help: 'write records, signatures and erasure-key.pem there',
    },
  },
  words: { min: 0, max: 1 },
})
