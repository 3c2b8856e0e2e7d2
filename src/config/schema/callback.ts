import Type, { type Static } from 'typebox'
import { defaults } from '../defaults.ts'
import * as v from './values.ts'

const d = defaults.nixosAnywhere

const events = Type.Array(Type.Enum(['asked', 'ready', 'installed', 'failed', 'cancelled']), {
  title: 'a list of events',
  minItems: 1,
  uniqueItems: true,
  examples: ['[installed, failed]'],
})

const webhook = v.knownKeys(
  {
    url: Type.String({
      title: 'a URL',
      pattern: '^(?:https?://|\\{)',
      examples: ['http://hooks.example/netboot'],
      description: 'Where to POST, a template.',
    }),
    secretFile: v.key(v.path, 'File with the key that signs the body (HMAC-SHA256).'),
    timeout: v.key(v.duration, 'For one delivery.', defaults.webhookTimeout),
  },
  { title: 'a webhook', examples: ['{ url: "http://hooks.example/netboot" }'] },
)

const command = v.knownKeys(
  {
    run: Type.Array(Type.String({ title: 'text' }), {
      title: 'a program and its arguments as a list',
      minItems: 1,
      examples: ['[./deploy.sh, "{{ host.name }}"]'],
      description: 'Program and arguments, each a template; never given to a shell.',
    }),
    timeout: v.key(v.duration, 'Then its whole process group is ended.', defaults.commandTimeout),
  },
  { title: 'a command', examples: ['{ run: [./deploy.sh] }'] },
)

const template = Type.String({ title: 'text', minLength: 1 })

const ssh = v.knownKeys(
  {
    script: v.described(v.path, {
      description:
        'A script beside the config that runs on the machine, by the program that its first line names.',
      examples: ['./install.sh'],
    }),
    args: v.key(
      Type.Array(Type.String({ title: 'text' }), { title: 'a list of arguments' }),
      'Its arguments, each a template.',
      [],
    ),
    env: v.key(
      v.mapOf(v.envName, Type.String({ title: 'text' })),
      'Its variables, each a template.',
    ),
    timeout: v.key(v.duration, 'Then it is ended.', defaults.sshTimeout),
  },
  { title: 'a script over SSH', examples: ['{ script: ./install.sh }'] },
)

const clock = (what: string, value: string) => v.key(v.duration, what, value)

const timeouts = v.knownKeys({
  build: clock('Until it connects, and whenever it builds.', d.timeouts.build),
  connect: clock('Uploading its key.', d.timeouts.connect),
  facts: clock('Looking at the machine.', d.timeouts.facts),
  kexec: clock('Switching into another installer.', d.timeouts.kexec),
  disko: clock('Formatting the disks.', d.timeouts.disko),
  install: clock('Copying and installing the system.', d.timeouts.install),
  reboot: clock('Rebooting.', d.timeouts.reboot),
})

const nixosAnywhere = v.knownKeys(
  {
    flake: v.key(template, 'The configuration to install, a template: FLAKE#NAME.'),
    storePaths: v.key(
      Type.Array(template, {
        title: 'a list of two store paths',
        minItems: 2,
        maxItems: 2,
        examples: ['[./result-disko, ./result-system]'],
      }),
      'Instead of a flake: the disko script and the system, built before; each a template.',
    ),
    identityFile: v.key(
      v.path,
      'The private key it logs in with, instead of the login of the profile.',
    ),
    extraFiles: v.key(v.path, 'A folder that is copied into the new system, a template.'),
    diskEncryptionKeys: v.key(
      v.mapOf(v.path, v.path),
      'Path on the machine to a file of ours (a template), put there before the disks are formatted.',
    ),
    kexec: v.key(template, 'URL or path of the kexec image, a template.'),
    phases: v.key(
      Type.Array(Type.Enum(['kexec', 'disko', 'install', 'reboot']), {
        title: 'a list of phases',
        minItems: 1,
        uniqueItems: true,
        examples: ['[disko, install, reboot]'],
      }),
      'What it does.',
      d.phases,
    ),
    buildOn: v.key(Type.Enum(['auto', 'local', 'remote']), 'Where it builds.'),
    extraArgs: v.key(
      Type.Array(Type.String({ title: 'text' }), { title: 'a list of arguments' }),
      'More arguments, each a template.',
      [],
    ),
    sshPort: v.key(v.port, 'Port of the SSH server, instead of the profile’s.'),
    postKexecSshPort: v.key(v.port, 'Port after the kexec phase.'),
    timeout: v.key(v.duration, 'For the whole; then its process group is ended.', d.timeout),
    timeouts: v.key(timeouts, 'For each of its steps.'),
  },
  { title: 'nixos-anywhere', examples: ['{ flake: ".#{{ host.name }}" }'] },
)

export const callback = v.knownKeys(
  {
    when: v.key(events, 'Moments of an install that it reports.', defaults.when),
    webhook: v.key(webhook, 'POST a message.'),
    command: v.key(command, 'Run a program beside the config file.'),
    ssh: v.key(ssh, 'Run a script on the machine over SSH; for `deploy`.'),
    nixosAnywhere: v.key(nixosAnywhere, 'Install by nixos-anywhere; for `deploy`.'),
  },
  { title: 'a callback' },
)

export type RawCallback = Static<typeof callback>
export type RawNixosAnywhere = Static<typeof nixosAnywhere>
