import type { Lab } from './lab.ts'

/** What differs between the configs of the lab. */
export interface ConfigSettings {
  /** Lines of the network, indented by four. */
  readonly network: string
  readonly mac: string
  readonly address?: string
  /** More words for the kernel's command line; they win over the others. */
  readonly cmdline?: string
  /** More keys of the host, such as `loader: lpxelinux.0`. */
  readonly host?: string
  /** Lines of more hosts, indented by two. */
  readonly hosts?: string
  /** Lines of more top-level keys. */
  readonly more?: string
}

/** A config with the host `node1`, whose profile `lab` installs by itself and reports to the hook. */
export function labConfig(
  lab: Lab,
  { network, mac, address, cmdline, host, hosts = '', more: rest = '' }: ConfigSettings,
): string {
  const reservation = address === undefined ? '' : `, address: ${address}`
  const more = host === undefined ? '' : `, ${host}`
  const image = '{{ server.url }}/assets/images/lab/disk.img.gz'
  return `
dataDir: ./data
assets: ./assets
admin: { tokenFile: ./token, allow: [127.0.0.0/8] }
networks:
  lab:
    interface: br0
${network}
profiles:
  lab:
    kernel: images/lab/linux
    initrd: [images/lab/initrd.gz]
    cmdline: >-
      console=ttyS0 quiet no_timer_check ${cmdline ?? ''} lab.image=${image}
      lab.file={{ files.answers }} lab.end=poweroff
    files: { answers: answers.txt }
    callbacks: [notify]
hosts:
  node1: { mac: "${mac}"${reservation}, profile: lab${more} }
${hosts}
callbacks:
  notify:
    when: [asked, ready, installed, failed, cancelled]
    webhook: { url: "${lab.hook.url}", secretFile: hook-secret }
${rest}
`
}

/** The lines of a network where the daemon gives the addresses. */
export const serverNetwork = `    mode: server
    range: 10.77.0.50-10.77.0.150
    router: 10.77.0.1
    lease: 10m`

/** The lines of a network where somebody else does. */
export const proxyNetwork = '    mode: proxy'
