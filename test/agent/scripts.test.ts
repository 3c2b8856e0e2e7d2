import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { shellcheck } from '../shellcheck.ts'

const folder = 'src/agent'
const read = (name: string) => readFileSync(join(folder, name), 'utf8')
const programs = ['init', 'facts', 'lease', 'build']
/** Not for a shell. */
const others = ['drivers', 'initramfs.conf']

/** A program with what it sources in its place. */
function whole(name: string): string {
  return read(name).replaceAll(/^\. .*\/(\w+\.sh)"?$/gm, (_, part: string) => read(part))
}

for (const name of programs) {
  t.test(`shellcheck: ${name}`, async t => {
    t.equal(shellcheck(whole(name)), '')
  })
}

t.test('every file is one of them, or part of one', async t => {
  const parts = new Set(programs.flatMap(name => read(name).match(/\w+\.sh/g) ?? []))
  const names = readdirSync(folder).filter(name => !programs.includes(name))
  t.strictSame(
    names.filter(name => !others.includes(name)),
    [...parts].sort(),
  )
})

t.test('it has every program that it calls, and none more', async t => {
  const [, list = ''] = /for each in (awk[^;]*);/.exec(read('build')) ?? []
  const has = list.split(/[\s\\]+/).filter(Boolean)
  const texts = ['init', 'facts', 'lease'].map(whole).join('\n')
  for (const name of has) if (name !== 'sh') t.match(texts, new RegExp(`\\b${name}\\b`), name)
  for (const writes of ['dd', 'mkfs', 'blkdiscard', 'httpd', 'telnetd', 'nc', 'tftp', 'ftpget']) {
    t.notOk(has.includes(writes), writes)
    t.notMatch(texts, new RegExp(`(?:^|[;&|(]\\s*|\\bbusybox )${writes} `, 'm'), writes)
  }
  t.notMatch(texts, /\beval\b|\| *(?:sh|busybox)\b|\. *"?\$|\bsh -c\b/, 'nothing heard is run')
})

t.test('no driver of it is a file system', async t => {
  const lines = read('drivers')
    .split('\n')
    .filter(line => /^[^#]/.test(line))
  t.strictSame(
    lines.filter(line => line.startsWith('fs/')),
    ['fs/efivarfs'],
  )
})
