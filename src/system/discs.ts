/** How the disc of a distribution is laid out, and how what is in it is netbooted. */
export interface DiscLayout {
  readonly title: string
  /** Paths on the disc; `*` is any text without a slash. All must be there. */
  readonly kernel: string
  readonly initrd: string
  /** The system itself, which the machine fetches; it keeps its own name. */
  readonly system?: string
  /** The machine fetches the whole disc. */
  readonly whole?: true
  /** Command line; `{url}` is where the files are served, `{system}` and `{disc}` are files there. */
  readonly cmdline: string
}

/** One entry for each layout; the first that fits counts. Arch, Proxmox and others want their folders or their disc as they are. */
export const discLayouts: readonly DiscLayout[] = [
  {
    title: 'Ubuntu',
    ...{ kernel: 'casper/vmlinuz', initrd: 'casper/initrd', whole: true },
    cmdline: 'ip=dhcp iso-url={url}/{disc}',
  },
  {
    title: 'Debian live',
    ...{ kernel: 'live/vmlinuz*', initrd: 'live/initrd*', system: 'live/filesystem.squashfs' },
    cmdline: 'boot=live components fetch={url}/{system}',
  },
  {
    title: 'Fedora CoreOS',
    ...{ kernel: 'images/pxeboot/vmlinuz', initrd: 'images/pxeboot/initrd.img' },
    system: 'images/pxeboot/rootfs.img',
    cmdline: 'coreos.live.rootfs_url={url}/{system} ignition.firstboot ignition.platform.id=metal',
  },
  {
    title: 'Fedora live',
    ...{ kernel: 'images/pxeboot/vmlinuz', initrd: 'images/pxeboot/initrd.img' },
    system: 'LiveOS/squashfs.img',
    cmdline: 'root=live:{url}/{system} rd.live.image ip=dhcp',
  },
  {
    title: 'The installer of Fedora, RHEL and their kin',
    ...{ kernel: 'images/pxeboot/vmlinuz', initrd: 'images/pxeboot/initrd.img' },
    system: 'images/install.img',
    cmdline: 'root=live:{url}/{system} inst.text ip=dhcp',
  },
  {
    title: 'Alpine',
    ...{ kernel: 'boot/vmlinuz-*', initrd: 'boot/initramfs-*', system: 'boot/modloop-*' },
    cmdline: 'modules=loop,squashfs ip=dhcp modloop={url}/{system}',
  },
  {
    title: 'The installer of openSUSE',
    ...{ kernel: 'boot/*/loader/linux', initrd: 'boot/*/loader/initrd' },
    cmdline: 'install={{ host.vars.repo }} ifcfg=*=dhcp',
  },
]

/** What is taken from a disc: paths on it, and the layout that says so. */
export interface DiscParts {
  readonly layout: DiscLayout
  readonly kernel: string
  readonly initrd: string
  readonly system?: string
}

/** The layout that the names on a disc fit, with its parts; where several fit, the first by name counts. Pure. */
export function discPartsOf(names: readonly string[]): DiscParts | undefined {
  const sorted = names.map(name => name.replace(/^\.?\//, '')).toSorted()
  for (const layout of discLayouts) {
    const found = (pattern: string) => sorted.find(name => fits(name, pattern))
    const [kernel, initrd] = [found(layout.kernel), found(layout.initrd)]
    const system = layout.system === undefined ? undefined : found(layout.system)
    if (kernel === undefined || initrd === undefined) continue
    if (layout.system !== undefined && system === undefined) continue
    return { layout, kernel, initrd, ...(system !== undefined && { system }) }
  }
  return undefined
}

function discCmdline({ layout, system }: DiscParts, image: string, disc: string): string {
  return layout.cmdline
    .replaceAll('{url}', `{{ server.url }}/assets/images/${image}`)
    .replaceAll('{system}', lastName(system ?? ''))
    .replaceAll('{disc}', disc)
}

/** The profile that boots what was taken from a disc into an image, to paste under `profiles:`. Pure. */
export function discProfile(parts: DiscParts, image: string, disc: string): string {
  const at = (part: string) => `images/${image}/${lastName(part)}`
  const line = discCmdline(parts, image, disc)
  const repo = line.includes('host.vars.repo') ? ['vars: { repo: required }'] : []
  const lines = [
    `# ${parts.layout.title}, as its disc has it; nobody tried it here`,
    ...[`kernel: ${at(parts.kernel)}`, `initrd: ${at(parts.initrd)}`],
    ...[`cmdline: "${line}"`, ...repo, 'boot: once'],
  ]
  return `  ${image}:\n${lines.map(line => `    ${line}\n`).join('')}`
}

/** The last part of a path on a disc. */
export function lastName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function fits(name: string, pattern: string): boolean {
  const parts = pattern.split('*').map(text => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('[^/]*')}$`).test(name)
}
