import type { CommandSpec } from '../args.ts'

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
