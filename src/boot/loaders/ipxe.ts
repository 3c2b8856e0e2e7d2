import type { BootImage, ScriptContent } from '../script.ts'
import type { LoaderKind } from './kind.ts'
import { lines, oneLine, plain } from './text.ts'

/** iPXE asks for its script by a URL that names its MAC, and not by a name of this kind. */
export const ipxe: LoaderKind = {
  asks: 'script',
  isLoader: file => /ipxe|^(undionly|snponly|snp)\b/i.test(file),
  asker: () => undefined,
  isProbe: () => false,
  transport: () => 'http',
  render: content => renderScript(content),
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
 * the names in `initrd=` on UEFI; elsewhere they do no harm. `imgfree` drops a half-loaded set. iPXE
 * settings in the operator's command line, such as `${net0/ip}`, are meant to be expanded.
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
    ensureNetwork,
    `chain --autofree --replace ${url}/boot/${mac}/boot.ipxe?${query} ||`,
    'echo No script to be had, booting the disk',
    ...localBoot,
  )
}

export const ensureNetwork = `isset \${netX/ip} || dhcp ||`

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
