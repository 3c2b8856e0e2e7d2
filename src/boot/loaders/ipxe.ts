import { atServer } from '../../base/server-url.ts'
import type {
  BootImage,
  KernelImage,
  MenuContent,
  Others,
  ScriptContent,
  WimImage,
} from '../script.ts'
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
      return bootScript(content.title, content.image, fetching(content.others))
    case 'menu':
      return menuScript(content, fetching(content.others))
    case 'local':
      return lines('#!ipxe', `echo ${plain(content.reason)}`, ...localBoot)
    case 'find':
      return findScript(content.url, fetching(content.others))
  }
}

/**
 * Milliseconds without a byte until another server is asked. A daemon that stands by holds whoever asks
 * until its turn has come.
 */
const patience = 30_000

/** Writes how a file is fetched, from wherever it can be had. */
type Fetch = (command: string, url: string, rest?: string) => string

/** Where nobody else has it, iPXE waits as long as it likes; `sanboot` always does. */
function fetching(others: Others = []): Fetch {
  return (command, url, rest = '') => {
    const waits = others.length === 0 || command.startsWith('sanboot')
    const timeout = waits ? '' : `--timeout ${patience}`
    return [url, ...others.map(server => atServer(url, server))]
      .map(one => words(command, timeout, one, rest))
      .join(' || ')
  }
}

function words(...parts: readonly string[]): string {
  return parts.filter(Boolean).join(' ')
}

/** Tried again after 1, 2, 4 … 32 s, then the disk. `imgfree` drops a half-loaded set. */
function bootScript(title: string, image: BootImage, fetch: Fetch): string {
  return lines(
    '#!ipxe',
    `echo ${plain(title)}`,
    'set wait:int32 1',
    ':again',
    'imgfree',
    ...startOf(image, fetch),
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
function startOf(image: BootImage, fetch: Fetch): string[] {
  switch (image.kind) {
    case undefined:
      return startKernel(image, fetch)
    case 'efi':
      return [
        `iseq \${platform} efi || goto bios`,
        `${fetch('kernel --name program', image.program, wordsFor(image.args))} || goto later`,
        'boot || goto later',
        'goto disk',
      ]
    case 'iso':
      return [`${fetch('sanboot --no-describe', image.url)} || goto later`, 'goto disk']
    case 'wim':
      return startWim(image, fetch)
  }
}

/**
 * Builds from before 2021 need the names in `initrd=` on UEFI; elsewhere they do no harm. iPXE settings
 * in the operator's command line, such as `${net0/ip}`, are meant to be expanded.
 */
function startKernel(image: KernelImage, fetch: Fetch): string[] {
  const { kernel, initrd } = image
  return [
    `${fetch('kernel --name kernel', kernel, wordsFor(argumentsOf(image)))} || goto later`,
    ...initrd.map((url, index) => `${fetch(`initrd --name initrd${index}`, url)} || goto later`),
    'boot || goto later',
  ]
}

function argumentsOf({ initrd, cmdline }: KernelImage): string {
  return [...initrd.map((_, index) => `initrd=initrd${index}`), cmdline].join(' ')
}

/** wimboot on UEFI finds its files by their image's name, on BIOS by the word behind the URL. */
function startWim({ wimboot, args, files }: WimImage, fetch: Fetch): string[] {
  return [
    `${fetch('kernel --name wimboot', wimboot, wordsFor(args))} || goto later`,
    ...files.map(({ name, url }) => `${fetch(`initrd --name ${name}`, url, name)} || goto later`),
    'boot || goto later',
  ]
}

/** Arguments, as words behind a URL. */
function wordsFor(args: string): string {
  return commandText(args).split(' ').map(quoted).join(' ')
}

/**
 * iPXE knows no quotes, but it looks for comments and for what ends a command before it expands
 * settings: behind one that is never set, a word means itself. Seen with iPXE 1.21.1.
 */
function quoted(word: string): string {
  return /^(?:#.*|\|\||&&|;)$/.test(word) ? `\${quoted}${word}` : word
}

/** A choice that cannot be had, an escape and nobody there all end in the disk. */
function menuScript({ title, seconds, entries }: MenuContent, fetch: Fetch): string {
  return lines(
    '#!ipxe',
    `menu ${plain(title)}`,
    'item disk its disk',
    ...entries.map(({ name }, index) => `item p${index} ${plain(name)}`),
    `choose --default disk --timeout ${seconds * 1000} chosen || goto disk`,
    `goto \${chosen}`,
    ...entries.flatMap(({ url }, index) => [
      `:p${index}`,
      `${fetch('chain --autofree --replace', `${url}.ipxe`)} ||`,
      'goto disk',
    ]),
    ':disk',
    ...localBoot,
  )
}

/** The machine's own script by its MAC; whatever fails there ends in the disk. */
function findScript(url: string, fetch: Fetch): string {
  const mac = `\${netX/mac:hexhyp}`
  const query = `uuid=\${uuid}&serial=\${serial:uristring}`
  return lines(
    '#!ipxe',
    ensureNetwork,
    `${fetch('chain --autofree --replace', `${url}/boot/${mac}/boot.ipxe?${query}`)} ||`,
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
