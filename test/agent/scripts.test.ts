import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { shellcheck } from '../shellcheck.ts'

const folder = 'src/agent'
const read = (name: string) => readFileSync(join(folder, name), 'utf8')
const programs = [
  'init',
  'facts',
  'lease',
  'build',
  'writer/image',
  'writer/erase',
  'writer/capture',
]
/** Not for a shell. */
const others = ['drivers', 'initramfs.conf']

/** The parts of the writer lie beside it, here as on machines. */
function placeOf(part: string): string {
  return existsSync(join(folder, part)) ? part : `writer/${part}`
}

/** A program with what it sources in its place. */
function whole(name: string): string {
  return read(name).replaceAll(/^\. .*\/(\w+\.sh)"?$/gm, (_, part: string) => read(placeOf(part)))
}

for (const name of programs) {
  t.test(`shellcheck: ${name}`, async t => {
    t.equal(shellcheck(whole(name)), '')
  })
}

t.test('every file is one of them, or part of one', async t => {
  const parts = new Set(programs.flatMap(name => read(name).match(/\w+\.sh/g) ?? []))
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const names = files.filter(name => !programs.includes(name) && name !== 'writer')
  t.strictSame(names.filter(name => !others.includes(name)).sort(), [...parts].map(placeOf).sort())
})

/** The list of busybox's programs in the hook that begins with this one. */
function listOf(first: string): string[] {
  const [, list = ''] = new RegExp(`for each in (${first}[^;]*);`).exec(read('build')) ?? []
  return list.split(/[\s\\]+/).filter(Boolean)
}

t.test('it has every program that it calls, and none more', async t => {
  const has = listOf('awk')
  const texts = ['init', 'facts', 'lease'].map(whole).join('\n')
  for (const name of has) if (name !== 'sh') t.match(texts, new RegExp(`\\b${name}\\b`), name)
  for (const writes of ['dd', 'mkfs', 'blkdiscard', 'httpd', 'telnetd', 'nc', 'tftp', 'ftpget']) {
    t.notOk(has.includes(writes), writes)
    t.notMatch(texts, new RegExp(`(?:^|[;&|(]\\s*|\\bbusybox )${writes} `, 'm'), writes)
  }
  t.notMatch(texts, /\beval\b|\| *(?:sh|busybox)\b|\. *"?\$|\bsh -c\b/, 'nothing heard is run')
})

t.test(
  'what writes is in the writer alone, which has every program that it calls and none more',
  async t => {
    const brought = [
      'sfdisk',
      'zstd',
      'efibootmgr',
      'nvme',
      'hdparm',
      'dumpe2fs',
      'partclone',
      'xfs_logprint',
    ]
    const has = [...listOf('blkdiscard'), ...listOf('mcopy'), ...brought]
    const text = ['writer/image', 'writer/erase', 'writer/capture'].map(whole).join('\n')
    for (const name of has) t.match(text, new RegExp(`\\b${name}\\b`), name)
    t.notMatch(text, /\beval\b|\| *(?:sh|busybox)\b|\bsh -c\b|\. "?\/run/, 'nothing heard is run')
    const agent = ['init', 'facts', 'lease'].map(whole).join('\n')
    for (const name of ['dd', 'blkdiscard', 'mkfifo', 'mcopy', ...brought]) {
      t.notMatch(agent, new RegExp(`(?:^|[;&|(]\\s*)${name} `, 'm'), name)
    }
    const [, before = ''] = /^(.*?)\n# The writer:/s.exec(read('build')) ?? []
    t.notMatch(
      before,
      /sfdisk|mtools|hdparm|writer-root|"\$CONFDIR"\/writer/,
      'it is not put into the agent',
    )
  },
)

t.test('no driver of it is a file system', async t => {
  const lines = read('drivers')
    .split('\n')
    .filter(line => /^[^#]/.test(line))
  t.strictSame(
    lines.filter(line => line.startsWith('fs/')),
    ['fs/efivarfs'],
  )
})
