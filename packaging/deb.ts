import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  globSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** What a package is made from and for. */
export interface DebSettings {
  /** The checkout. */
  readonly root: string
  /** A tree with Node inside; it is used up. */
  readonly tree: string
  /** Where the files are laid out as they will be installed. */
  readonly folder: string
  readonly version: string
  /** As Node calls it. */
  readonly arch: string
  /** The time that the package is of, since 1970. */
  readonly seconds: number
  /** Hardly packed: larger, and made in a tenth of the time. */
  readonly quick?: true
}

const scripts = ['preinst', 'postinst', 'prerm', 'postrm']
/** Documents, where Debian looks for them; links among them stay right. */
const documents = ['docs', 'README.md', 'CHANGELOG.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md']
const library = 'usr/lib/bootwright'
const doc = 'usr/share/doc/bootwright'
/** From where the tree has them to where Debian's shells look. */
const shellFiles = {
  'share/bash-completion/completions/bootwright':
    'usr/share/bash-completion/completions/bootwright',
  'share/zsh/site-functions/_bootwright': 'usr/share/zsh/vendor-completions/_bootwright',
  'share/fish/vendor_completions.d/bootwright.fish':
    'usr/share/fish/vendor_completions.d/bootwright.fish',
} as const

/** A version as dpkg compares them: what comes before a release (`1.0.0-rc.1`) sorts below it. */
export function debianVersion(version: string): string {
  return version.replace('-', '~').replaceAll('-', '.')
}

/** Debian's name of an architecture. Throws where the package has none. */
export function debianArch(arch: string): string {
  const name = { x64: 'amd64', arm64: 'arm64' }[arch]
  if (name === undefined) throw new Error(`there is a .deb for x64 and arm64, not for ${arch}`)
  return name
}

/** The unit of a checkout as the package has it. Throws when it no longer has what is changed. */
export function debianUnit(unit: string): string {
  const changes = [
    ['file:/opt/bootwright/README.md', `man:bootwright(1) file:/${doc}/README.md`],
    ['ExecStart=/opt/bootwright/src/bootwright', 'ExecStart=/usr/bin/bootwright'],
    ['ExecStop=-/opt/bootwright/src/bootwright', 'ExecStop=-/usr/bin/bootwright'],
    ['DynamicUser=yes', 'User=bootwright'],
  ] as const
  const changed = changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`bootwright.service has no ${from} to be changed`)
    return text.replace(from, to)
  }, unit)
  if (changed.includes('/opt/')) throw new Error('bootwright.service still names /opt')
  return changed
}

/** Makes a .deb; returns its path, beside `folder`. */
export function makeDeb(settings: DebSettings): string {
  const { folder, version, seconds } = settings
  const arch = debianArch(settings.arch)
  rmSync(folder, { recursive: true, force: true })
  layOut(settings)
  writeControl(settings, arch)
  const file = join(dirname(folder), `bootwright_${debianVersion(version)}_${arch}.deb`)
  const packed = settings.quick ? ['-Zgzip', '-z1'] : ['-Zxz', '-z6']
  const how = ['--root-owner-group', ...packed, '--build', folder, file]
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(seconds) }
  try {
    execFileSync('dpkg-deb', how, { env, stdio: ['ignore', 'ignore', 'inherit'] })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new Error('a .deb is made by dpkg-deb, of the package dpkg, which is not here')
  }
  rmSync(folder, { recursive: true })
  return file
}

function layOut({ root, tree, folder, version, seconds }: DebSettings): void {
  const at = (path: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    return join(folder, path)
  }
  const own = (name: string) => readFileSync(join(root, 'packaging/deb', name), 'utf8')
  for (const name of documents) renameSync(join(tree, name), at(`${doc}/${name}`))
  for (const [from, to] of Object.entries(shellFiles)) renameSync(join(tree, from), at(to))
  const manual = readFileSync(join(tree, 'share/man/man1/bootwright.1'))
  writeFileSync(at('usr/share/man/man1/bootwright.1.gz'), gzipSync(manual, { level: 9 }))
  rmSync(join(tree, 'share'), { recursive: true })
  rmSync(join(tree, 'bin'), { recursive: true })
  const unit = readFileSync(join(tree, 'systemd/bootwright.service'), 'utf8')
  rmSync(join(tree, 'systemd/bootwright.service'))
  writeFileSync(at('usr/lib/systemd/system/bootwright.service'), debianUnit(unit))
  renameSync(join(tree, 'LICENSE'), join(folder, 'licence'))
  const licence = readFileSync(join(folder, 'licence'), 'utf8')
  rmSync(join(folder, 'licence'))
  writeFileSync(at(`${doc}/copyright`), own('copyright') + licenceField(licence))
  const history = gzipSync(changelog(debianVersion(version), seconds), { level: 9 })
  writeFileSync(at(`${doc}/changelog.gz`), history)
  writeFileSync(at('usr/share/lintian/overrides/bootwright'), own('lintian-overrides'))
  mkdirSync(at('etc/bootwright'), { recursive: true })
  cpSync(tree, at(library), { recursive: true, verbatimSymlinks: true })
  symlinkSync('../lib/bootwright/src/bootwright', at('usr/bin/bootwright'))
  execFileSync('chmod', ['-R', 'u=rwX,go=rX', folder])
}

/** DEP-5: an empty line is a dot, all are indented. */
function licenceField(text: string): string {
  const [holder = '', ...terms] = text
    .trim()
    .split('\n')
    .filter((_, line) => line > 1)
  const lines = terms.map(line => (line === '' ? ' .' : ` ${line}`)).slice(1)
  return `${holder}\nLicense: Expat\n${lines.join('\n')}\n`
}

function changelog(version: string, seconds: number): string {
  const date = new Date(seconds * 1000).toUTCString().replace('GMT', '+0000')
  return `bootwright (${version}) unstable; urgency=medium

  * What is new stands in CHANGELOG.md beside this file.

 -- ${maintainer}  ${date}
`
}

const maintainer = 'The Bootwright authors <bootwright@localhost>'

function writeControl({ root, folder, version }: DebSettings, arch: string): void {
  const control = join(folder, 'DEBIAN')
  const files = globSync('**', { cwd: folder }).filter(path =>
    lstatSync(join(folder, path)).isFile(),
  )
  const bytes = files.reduce((sum, path) => sum + lstatSync(join(folder, path)).size, 0)
  const sums = files.sort().map(path => `${md5(join(folder, path))}  ${path}\n`)
  mkdirSync(control)
  writeFileSync(join(control, 'md5sums'), sums.join(''))
  writeFileSync(
    join(control, 'control'),
    `Package: bootwright
Version: ${debianVersion(version)}
Architecture: ${arch}
Maintainer: ${maintainer}
Installed-Size: ${Math.ceil(bytes / 1024)}
Depends: adduser, iproute2, libc6 (>= 2.28), libgcc-s1, libstdc++6 (>= 9)
Recommends: ipxe, gpgv, libarchive-tools
Suggests: openssh-client
Section: net
Priority: optional
Description: netboot server with installs that run once
 Answers DHCP, or stands beside a DHCP server that is there, serves boot
 loaders over TFTP and kernels over HTTP, writes an iPXE script for each
 machine from one config file, and follows each install to its end.
`,
  )
  for (const name of scripts) {
    cpSync(join(root, 'packaging/deb', name), join(control, name))
    chmodSync(join(control, name), 0o755)
  }
  chmodSync(control, 0o755)
}

function md5(file: string): string {
  return createHash('md5').update(readFileSync(file)).digest('hex')
}
