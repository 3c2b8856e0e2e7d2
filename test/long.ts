import { createHash } from 'node:crypto'
import { globSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A test file that takes minutes and whose subject seldom changes: it runs when something of that did. */
export interface Long {
  readonly file: string
  /** Patterns of the files that it is about. */
  readonly about: readonly string[]
}

export const longs: readonly Long[] = [
  {
    file: 'test/lab/debian-installer.long.ts',
    about: ['config/templates/debian.preseed', 'src/boot/loaders/**/*.ts', 'test/lab/init.sh'],
  },
  {
    file: 'test/lab/first-boot.long.ts',
    about: ['docs/first-boot.md', 'config/lan.yaml', 'config/templates/debian.preseed'],
  },
  {
    file: 'test/lab/deb-bare.long.ts',
    about: ['packaging/**/*', 'systemd/*', 'src/bootwright', 'src/launch.js'],
  },
]

/** Where it is kept what each was about when it passed, by {@link sumOf}. */
export const passedFile = 'test/long.json'

/** A sum of the names and contents of a test file and of all that it is about. */
export function sumOf(root: string, { file, about }: Long): string {
  const sum = createHash('sha256')
  const names = globSync([file, ...about], { cwd: root }).toSorted()
  for (const name of names.filter(name => statSync(join(root, name)).isFile())) {
    const content = readFileSync(join(root, name))
    sum.update(`${name}\0${content.length}\0`).update(content)
  }
  return sum.digest('hex')
}

/** Those that have not passed on what is here now. */
export function dueOf(root: string, all: readonly Long[] = longs): Long[] {
  const passed = readPassed(root)
  return all.filter(long => passed[long.file] !== sumOf(root, long))
}

/** Notes that one passed on what is here now. */
export function notePassed(root: string, long: Long): void {
  const passed = { ...readPassed(root), [long.file]: sumOf(root, long) }
  writeFileSync(join(root, passedFile), `${JSON.stringify(passed, undefined, 2)}\n`)
}

function readPassed(root: string): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(join(root, passedFile), 'utf8'))
}
