import type { BootImage, KernelImage, MenuContent, ScriptContent, WimImage } from '../script.ts'
import type { LoaderKind } from './kind.ts'
import { commandText, lines, plain } from './text.ts'

/** iPXE asks for its script by a URL that names its MAC, and not by a name of this kind. */
export const ipxe: LoaderKind = {
  name: 'iPXE',
  asks: 'script',
  boots: ['kernel', 'efi', 'iso', 'wim'],
  menus: true,
  isLoader: file => /ipxe|^(undionly|snponly|snp)\b/i.test(file),
  asker: () => undefined,
  isProbe: () => false,
  transport: () => 'http',
  spoils: () => [],
  kernelLine(image) {
    if (image.kind === 'efi') return `program ${image.args}`
    return image.kind === undefined ? argumentsOf(image) : undefined
  },
  render: content => renderScript(content),
}

/** The iPXE script of an answer: the same bytes for the same content. */
export function renderScript(content: ScriptContent): string {
  switch (content.kind) {
    case 'boot':
      return bootScript(content.title, content.image)
    case 'menu':
      return menuScript(content)
    case 'local':
      return lines('#!ipxe', `echo ${plain(content.reason)}`, ...localBoot)
    case 'find':
      return findScript(content.url)
  }
}

/** Tried again after 1, 2, 4 … 32 s, then the disk. `imgfree` drops a half-loaded set. */
function bootScript(title: string, image: BootImage): string {
  return lines(
    '#!ipxe',
    `echo ${plain(title)}`,
    'set wait:int32 1',
    ':again',
    'imgfree',
    ...startOf(image),
    ':later',
    `iseq \${wait} 64 && goto local ||`,
    `echo Next try in \${wait} s`,
    `sleep \${wait}`,
    `inc wait \${wait}`,
    'goto again',
    ...(image.kind === 'efi' ? [':bios', 'echo It is a program for UEFI, and this is not'] : []),
    ':local',
    'echo Giving up, booting the disk',
    ...(image.kind === 'efi' || image.kind === 'iso' ? [':disk'] : []),
    ...localBoot,
  )
}

/** The commands that load an image and start it. A program or disc may come back, which is its end. */
function startOf(image: BootImage): string[] {
  switch (image.kind) {
    case undefined:
      return startKernel(image)
    case 'efi':
      return [
        `iseq \${platform} efi || goto bios`,
        `${command('kernel --name program', image.program, image.args)} || goto later`,
        'boot || goto later',
        'goto disk',
      ]
    case 'iso':
      return [`sanboot --no-describe ${image.url} || goto later`, 'goto disk']
    case 'wim':
      return startWim(image)
  }
}

/**
 * Builds from before 2021 need the names in `initrd=` on UEFI; elsewhere they do no harm. iPXE settings
 * in the operator's command line, such as `${net0/ip}`, are meant to be expanded.
 */
function startKernel(image: KernelImage): string[] {
  const { kernel, initrd } = image
  return [
    `${command('kernel --name kernel', kernel, argumentsOf(image))} || goto later`,
    ...initrd.map((url, index) => `initrd --name initrd${index} ${url} || goto later`),
    'boot || goto later',
  ]
}

function argumentsOf({ initrd, cmdline }: KernelImage): string {
  return [...initrd.map((_, index) => `initrd=initrd${index}`), cmdline].join(' ')
}

/** wimboot on UEFI finds its files by their image's name, on BIOS by the word behind the URL. */
function startWim({ wimboot, args, files }: WimImage): string[] {
  return [
    `${command('kernel --name wimboot', wimboot, args)} || goto later`,
    ...files.map(({ name, url }) => `initrd --name ${name} ${url} ${name} || goto later`),
    'boot || goto later',
  ]
}

function command(name: string, url: string, args: string): string {
  const words = commandText(args).split(' ').map(quoted)
  return [name, url, ...words].filter(Boolean).join(' ')
}

/**
 * iPXE knows no quotes, but it looks for comments and for what ends a command before it expands
 * settings: behind one that is never set, a word means itself. Seen with iPXE 1.21.1.
 */
function quoted(word: string): string {
  return /^(?:#.*|\|\||&&|;)$/.test(word) ? `\${quoted}${word}` : word
}

/** A choice that cannot be had, an escape and nobody there all end in the disk. */
function menuScript({ title, seconds, entries }: MenuContent): string {
  return lines(
    '#!ipxe',
    `menu ${plain(title)}`,
    'item disk its disk',
    ...entries.map(({ name }, index) => `item p${index} ${plain(name)}`),
    `choose --default disk --timeout ${seconds * 1000} chosen || goto disk`,
    `goto \${chosen}`,
    ...entries.flatMap(({ url }, index) => [
      `:p${index}`,
      `chain --autofree --replace ${url}.ipxe ||`,
      'goto disk',
    ]),
    ':disk',
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
