import Type, { type Static } from 'typebox'
import { usualMetaData } from '../../boot/disk-image.ts'
import { defaults } from '../defaults.ts'
import { loginKeys } from './login.ts'
import { options } from './options.ts'
import { proxy } from './proxy.ts'
import * as v from './values.ts'

/** A value for templates. */
export const scalar = Type.Unsafe<string | number | boolean>({
  title: 'text, a number, true or false',
  type: ['string', 'number', 'boolean'],
})

const oneOrSeveralPaths = Type.Unsafe<string | string[]>({
  title: 'a path or a list of paths',
  type: ['string', 'array'],
  minLength: 1,
  items: v.path,
  minItems: 1,
  examples: ['images/debian/initrd.gz'],
})

const answerFile = Type.Union(
  [
    v.path,
    v.knownKeys(
      {
        template: v.described(v.path, {
          description: 'Path of the template; it starts at the config file.',
        }),
        burn: v.key(
          Type.Boolean({ title: 'true or false' }),
          'The file is gone after the first complete download.',
          false,
        ),
      },
      { title: 'an answer file' },
    ),
  ],
  { title: 'a path or { template, burn }', examples: ['templates/debian.preseed'] },
)

const d = defaults.profile

/** Profiles that are offered. */
export const profileNames = Type.Array(v.name, {
  title: 'a list of profiles',
  minItems: 1,
  uniqueItems: true,
  examples: ['[debian, rescue]'],
})

const windows = v.knownKeys(
  {
    files: v.described(
      Type.Array(v.path, {
        title: 'a list of files',
        minItems: 1,
        examples: ['[images/windows/BCD, images/windows/boot.sdi, images/windows/boot.wim]'],
      }),
      {
        description:
          'boot.wim, BCD, boot.sdi and whatever is to lie beside them; paths start at `assets`.',
      },
    ),
    wimboot: v.key(v.path, 'The loader of the files.', d.wimboot),
  },
  { title: 'a map with `files`', examples: ['{ files: [images/windows/boot.wim] }'] },
)

/** What a profile may say and a host may say better. */
export const profileKeys = {
  kernel: v.key(v.path, 'Kernel to boot; the path starts at `assets`.'),
  initrd: v.key(oneOrSeveralPaths, 'Initial RAM disk, one or several; paths start at `assets`.'),
  nixos: v.key(
    v.path,
    'Folder with bzImage, initrd and netboot.ipxe as nix-build leaves them, instead of kernel and initrd; the path starts at `assets`.',
  ),
  kexec: v.key(
    v.path,
    'Folder with bzImage, initrd and kexec-boot (a kexecTree) or run (an unpacked kexec tarball), instead of kernel and initrd; the path starts at `assets`.',
  ),
  efi: v.key(
    v.path,
    'UEFI program to boot, such as a kernel and initrd in one file (UKI), instead of kernel and initrd; the path starts at `assets`.',
  ),
  iso: v.key(
    v.path,
    'Disc to boot, read piece by piece over HTTP, instead of kernel and initrd; the path starts at `assets`.',
  ),
  wim: v.key(
    windows,
    'Windows PE, booted by wimboot, instead of kernel and initrd. `files` of the profile are added to it.',
  ),
  image: v.key(
    v.path,
    'Disk image that the agent writes onto a disk, raw, or raw and packed (.gz, .xz, .zst), as `bootwright import` leaves it; the path starts at `assets`.',
  ),
  seed: v.key(
    v.knownKeys(
      {
        'user-data': v.key(answerFile, 'What cloud-init does.'),
        'meta-data': v.key(answerFile, 'Which machine it is.', usualMetaData),
        'network-config': v.key(answerFile, 'The network of its cards.'),
        'vendor-data': v.key(answerFile, 'What user-data may say better.'),
      },
      { title: 'a map of answer files', examples: ['{ user-data: templates/cloud.user-data }'] },
    ),
    'Answer files that cloud-init finds beside the image (NoCloud). They are served as those of `files` are.',
  ),
  erase: v.key(
    v.knownKeys(
      {
        disks: v.key(
          Type.Enum(['expected', 'all']),
          'expected: only where `expect.disk` covers every disk that is there. all: whatever is there.',
          'expected',
        ),
        method: v.key(
          Type.Enum(['auto', 'overwrite']),
          'auto: the best that each disk can. overwrite: zeros from end to end.',
          'auto',
        ),
        check: v.key(
          Type.Enum(['sampled', 'whole']),
          'How they are read back. sampled: disks of more than 2 GiB at many points. whole: from end to end.',
          'sampled',
        ),
      },
      { title: 'a map', examples: ['{ disks: all }'] },
    ),
    'Empties the disks of the machine, by the agent, and keeps a record of it.',
  ),
  checksums: v.key(
    v.mapOf(v.path, v.sha256),
    'sha256 of the files to boot, by name or by path from `assets`; one that differs keeps the host from booting.',
  ),
  cmdline: v.key(
    Type.String({ title: 'text' }),
    'Kernel command line, a template; appended to the one it extends.',
  ),
  'cmdline!': v.key(
    Type.String({ title: 'text' }),
    'Kernel command line, a template; replaces the one it extends.',
  ),
  files: v.key(
    v.mapOf(v.name, answerFile),
    'Answer files: name to the path of a template, which starts at the config file. Served as `{{ files.NAME }}`.',
  ),
  boot: v.key(
    Type.Enum(['install', 'once', 'always', 'menu']),
    'install: an install, asked for and followed to its end. once: done when delivered (rescue, memtest). always: every network boot (diskless). menu: whoever sits at the machine chooses a profile.',
    d.boot,
  ),
  menu: v.key(
    profileNames,
    'The profiles that may be chosen with `boot: menu`. Default: all that can be asked for.',
  ),
  ask: v.key(
    Type.Enum(['never', 'manual', 'first-boot']),
    'Who asks for an install: nobody, the operator, or the daemon when a new host first appears.',
    d.ask,
  ),
  phoneHome: v.key(
    Type.Enum(['agent', 'ssh']),
    'How the installer reports. agent: it sends messages to the phone-home URL. ssh: its SSH server lets us in and proves that it is this boot.',
    d.phoneHome,
  ),
  ...loginKeys,
  proxy: v.key(
    proxy,
    'The proxy of its installer and callbacks, instead of that of the whole config; `none`: without one.',
  ),
  deploy: v.key(
    v.name,
    'The callback that installs. Without it the installer works by itself and its `done` ends the install.',
  ),
  callbacks: v.key(
    Type.Array(v.name, { title: 'a list of callbacks', uniqueItems: true, examples: ['[notify]'] }),
    'Callbacks that report; they never decide.',
    [],
  ),
  attempts: v.key(
    Type.Integer({ title: 'a number of boots', minimum: 1, maximum: 100 }),
    'Boots of one install without a sign of life.',
    d.attempts,
  ),
  expires: v.key(v.duration, 'An install not begun by then fails.', d.expires),
  bootTimeout: v.key(v.duration, 'From the script to the first sign of life.', d.bootTimeout),
  timeout: v.key(v.duration, 'From `ready` to the end of the install.', d.timeout),
  verify: v.key(
    v.knownKeys({
      up: v.key(v.duration, 'The installed system must phone home `up` within this time.'),
      ssh: v.key(
        v.duration,
        'The SSH server of the installed system must answer within this time, from another boot.',
      ),
      address: v.key(
        Type.String({ title: 'text', minLength: 1 }),
        'Where that SSH server answers, a template. Default: where the machine is found by its MAC.',
      ),
    }),
    'What must be true before a host counts as installed.',
  ),
}

/** What a profile or a host, also one without a profile, says about its firmware and DHCP. */
export const wayKeys = {
  loader: v.key(
    v.loaderName,
    'The loader for its firmware instead of the one of its arch: a file in assets/loaders, or what distributions know by this name (iPXE, pxelinux.0, lpxelinux.0, shimx64.efi …).',
  ),
  localBoot: v.key(
    Type.Enum(['auto', 'silent', 'loader', 'empty']),
    'How firmware is sent to the disk. auto: the fastest way it knows. silent: no boot answer. loader: iPXE does it. empty: an offer without a file.',
    'auto',
  ),
  options: v.key(options, 'DHCP options; they go before those of the network.'),
}

export const profile = v.knownKeys(
  {
    extends: v.key(v.name, 'Profile to start from.'),
    ...profileKeys,
    ...wayKeys,
    vars: v.key(
      v.mapOf(v.varName, scalar),
      'Values for templates, as `{{ host.vars.NAME }}`. `required`: every host must give it.',
    ),
  },
  { title: 'a profile' },
)

export type RawProfile = Static<typeof profile>
