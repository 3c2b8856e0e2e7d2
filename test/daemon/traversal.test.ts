import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { http, openDhcpWire, TftpError, tftpGet } from './client.ts'
import { type Daemon, startDaemon } from './daemon.ts'
import { bringTo, makeMachine } from './machine.ts'
import { mac1 } from './settings.ts'

const secret = 'nobody outside may ever read this'

/** A daemon with a secret beside its assets, and symlinks in them that lead to it. */
async function besieged(t: Test) {
  const daemon = await startDaemon(t)
  const { folder } = daemon
  daemon.write('secret.txt', secret)
  daemon.write('assets-of-others/secret.txt', secret)
  daemon.write('assets/inside.txt', 'for everybody')
  const links = {
    'assets/link.txt': join(folder, 'secret.txt'),
    'assets/relative.txt': '../secret.txt',
    'assets/folder': folder,
    'assets/images/up': '../..',
    'assets/loaders/link.efi': join(folder, 'secret.txt'),
    'assets/passwd': '/etc/passwd',
    'assets/proc': '/proc/self',
    'assets/good.txt': 'inside.txt',
  }
  for (const [name, target] of Object.entries(links)) symlinkSync(target, join(folder, name))
  const forbidden = [
    secret,
    'root:x:0:0',
    readFileSync(join(folder, 'data/admin-token'), 'utf8').trim(),
    'SQLite format 3',
    'dataDir:',
    '\0HOME=',
    `HOME=${process.env.HOME}`,
  ]
  return { daemon, leaks: (text: string) => forbidden.filter(word => text.includes(word)) }
}

/** Names that lead out of the folder, as they are written on the wire. */
function wayOut({ folder }: Daemon): string[] {
  const plain = ['secret.txt', 'config.yaml', 'data/admin-token', 'data/bootwright.db']
  const up = plain.flatMap(name => [
    `../${name}`,
    `images/../../${name}`,
    `./images/.././../${name}`,
    `....//${name}`,
    `images//..//..//${name}`,
    `..\\${name.replaceAll('/', '\\')}`,
    `images\\..\\..\\${name}`,
    `..;/${name}`,
    `folder/${name}`,
    `images/up/${name}`,
    join(folder, name),
    `/${join(folder, name)}`,
    `file://${join(folder, name)}`,
    `\\\\?\\${join(folder, name)}`,
  ])
  const far = ['etc/passwd', 'proc/self/environ', 'proc/self/root/etc/passwd']
  const away = far.flatMap(name => [`/${name}`, `${'../'.repeat(12)}${name}`, `//${name}`])
  const links = [
    'link.txt',
    'relative.txt',
    'link.efi',
    'loaders/link.efi',
    'passwd',
    'proc/environ',
  ]
  return [...up, ...away, ...links, '../assets-of-others/secret.txt', '..', '.', '']
}

/** The same names in the spellings of a URL that some server once decoded too often. */
function encoded(name: string): string[] {
  const dots = name.replaceAll('.', '%2e')
  const slashes = name.replaceAll('/', '%2f')
  const all = [...name].map(c => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`).join('')
  const spellings = [
    name,
    dots,
    dots.toUpperCase().replaceAll('%2E', '%2E'),
    slashes,
    slashes.replaceAll('.', '%2E'),
    name.replaceAll('\\', '%5c'),
    all,
    all.replaceAll('%', '%25'),
    dots.replaceAll('%', '%25'),
    slashes.replaceAll('%', '%25'),
    name.replaceAll('.', '%c0%ae'),
    name.replaceAll('/', '%c0%af'),
    name.replaceAll('.', '%u002e'),
    `${name}%00.txt`,
    `${name}?x=.efi`,
    `${name}#.efi`,
  ]
  // What cannot stand in a request line goes out encoded.
  return [...new Set(spellings.map(text => text.replace(/[ \0]/g, encodeURIComponent)))]
}

t.test('HTTP serves nothing from outside', async t => {
  const { daemon, leaks } = await besieged(t)
  const { ports } = daemon
  t.match(await http(ports.http, '/assets/inside.txt'), { status: 200, text: 'for everybody' })
  t.match(await http(ports.http, '/assets/good.txt'), { status: 200, text: 'for everybody' })
  const names = wayOut(daemon).flatMap(encoded)
  const prefixes = ['/assets/', '/loaders/', '/assets/@0123456789ab/', '/', '/files/']
  const paths = prefixes.flatMap(prefix => names.map(name => prefix + name))
  const bad: string[] = []
  for (const path of paths) {
    const { status, text } = await http(ports.http, path)
    const isPage = status === 200 && /^\/(?:[?#]|$)/.test(path)
    const isServed = !isPage && (status < 400 || status >= 500)
    if (isServed || leaks(text).length > 0) bad.push(`${status} ${path}`)
  }
  t.strictSame(bad, [], `none of ${paths.length} was answered`)
  t.match(await http(ports.http, '/assets/inside.txt'), { status: 200 })
  t.strictSame(
    daemon.logs().filter(({ level }) => level >= 50),
    [],
  )
})

t.test('TFTP serves nothing from outside', async t => {
  const { daemon, leaks } = await besieged(t)
  const { tftp } = daemon.ports
  t.equal((await tftpGet(tftp, 'inside.txt')).toString(), 'for everybody')
  t.equal((await tftpGet(tftp, '\\inside.txt')).toString(), 'for everybody')
  const names = wayOut(daemon).flatMap(name => [name, ...encoded(name).slice(1, 8), `/${name}`])
  const bad: string[] = []
  for (const name of new Set(names)) {
    const got = await tftpGet(tftp, name).catch(error => error)
    if (!(got instanceof TftpError) || leaks(got.message).length > 0) bad.push(`${name}: ${got}`)
  }
  t.strictSame(bad, [], `none of ${names.length} was answered`)
  t.equal((await tftpGet(tftp, 'good.txt')).toString(), 'for everybody')
})

t.test('an answer file is asked for by its own name only', async t => {
  const { daemon, leaks } = await besieged(t)
  const machine = makeMachine(daemon, await openDhcpWire(t, daemon.ports), mac1)
  await bringTo('booting', daemon, 'node1', machine)
  const names = [
    ...wayOut(daemon),
    'constructor',
    '__proto__',
    'toString',
    'answers/',
    'answers.txt',
  ]
  const bad: string[] = []
  for (const name of names.flatMap(encoded)) {
    const path = `/files/${machine.token()}/${name}`
    const { status, text } = await http(daemon.ports.http, path, { from: machine.address() })
    const isPage = status === 200 && /^\/(?:[?#]|$)/.test(path)
    const isServed = !isPage && (status < 400 || status >= 500)
    if (isServed || leaks(text).length > 0) bad.push(`${status} ${path}`)
  }
  t.strictSame(bad, [])
  const path = `/files/${machine.token()}/answers`
  t.match(await http(daemon.ports.http, path, { from: machine.address() }), { status: 200 })
})
