/** One boot as every loader's config needs it: what to fetch and the kernel's command line. */
export interface BootImage {
  readonly kernel: string
  readonly initrd: readonly string[]
  /** Complete, with `bootwright=` and `BOOTIF=`; without the loader's own `initrd=` names. */
  readonly cmdline: string
}

/** What a script says. `title` and `reason` are shown on the machine's screen. */
export type ScriptContent =
  | { readonly kind: 'boot'; readonly title: string; readonly image: BootImage }
  | { readonly kind: 'local'; readonly reason: string }
  | { readonly kind: 'find'; readonly url: string }

/** What the script says of a machine that is sent to its disk. */
export function toDisk(reason: string): ScriptContent {
  return { kind: 'local', reason: `Disk: ${reason}` }
}

/** The iPXE script of an answer: the same bytes for the same content. */
export function renderScript(content: ScriptContent): string {
  switch (content.kind) {
    case 'boot':
      return bootScript(content.title, content.image)
    case 'local':
      return lines('#!ipxe', `echo ${plain(content.reason)}`, ...localBoot)
    case 'find':
      return findScript(content.url)
  }
}

/**
 * Kernel and initrds, tried again after 1, 2, 4 … 32 s, then the disk. Builds from before 2021 need
 * the names in `initrd=` on UEFI; elsewhere they do no harm. `imgfree` drops a half-loaded set.
 */
function bootScript(title: string, image: BootImage): string {
  const names = image.initrd.map((_, index) => `initrd${index}`)
  const named = names.map(name => `initrd=${name}`)
  const args = [...named, oneLine(image.cmdline)].filter(Boolean).join(' ')
  return lines(
    '#!ipxe',
    `echo ${plain(title)}`,
    'set wait:int32 1',
    ':again',
    'imgfree',
    `kernel --name kernel ${image.kernel} ${args} || goto later`,
    ...image.initrd.map((url, index) => `initrd --name ${names[index]} ${url} || goto later`),
    'boot || goto later',
    ':later',
    `iseq \${wait} 64 && goto local ||`,
    `echo Next try in \${wait} s`,
    `sleep \${wait}`,
    `inc wait \${wait}`,
    'goto again',
    ':local',
    'echo Giving up, booting the disk',
    ...localBoot,
  )
}

/** The machine's own script by its MAC; whatever fails there ends in the disk. */
function findScript(url: string): string {
  const mac = `\${netX/mac:hexhyp}`
  const query = `uuid=\${uuid}&serial=\${serial:uristring}`
  return lines(
    '#!ipxe',
    `isset \${netX/ip} || dhcp ||`,
    `chain --autofree --replace ${url}/boot/${mac}/boot.ipxe?${query} ||`,
    'echo No script to be had, booting the disk',
    ...localBoot,
  )
}

/**
 * BIOS: drive 0x80 directly, because `exit` ends in "no more devices" on some. UEFI: `exit 1`, since
 * status 0 means "booted well" to the boot manager and opens its menu (Dell, Lenovo).
 */
const localBoot = [
  `iseq \${platform} efi && goto efi ||`,
  'sanboot --no-describe --drive 0x80 ||',
  'exit',
  ':efi',
  'exit 1',
]

function lines(...parts: readonly string[]): string {
  return `${parts.join('\n')}\n`
}

/** Text for `echo`: iPXE expands `${`, and `#`, `;`, `||`, `&&` have a meaning of their own. */
function plain(text: string): string {
  return text.replace(/[^A-Za-z0-9 ._:/,()'+=@%-]/g, '?')
}

/** The operator's command line on one line; iPXE settings in it are meant to be expanded. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
