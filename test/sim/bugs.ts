import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A mistake that is put into a copy of the sources on purpose, and what the simulation says of it. */
export interface Bug {
  readonly name: string
  readonly file: string
  readonly right: string
  readonly wrong: string
  readonly found: RegExp
}

export const bugs: readonly Bug[] = [
  {
    name: 'a machine that netboots while its installer is at work gets the installer again',
    file: 'src/boot/life.ts',
    right: "return life.state === 'pending' || isSilent(life)",
    wrong: "return life.state === 'pending' || life.state === 'installing' || isSilent(life)",
    found: /is to install \S+ again/,
  },
  {
    name: 'a webhook that was under way at a kill -9 is not taken up again',
    file: 'src/install/recover-deliveries.ts',
    right: "    memory.deliveries.retry(delivery.id, now(), { code: 'daemon-restarted' })\n",
    wrong: '',
    found: /the webhook \S+ is running/,
  },
  {
    name: 'answers do not wait for the disk',
    file: 'src/store/group-commit.ts',
    right: '    committed: () => groups.last,',
    wrong: '    committed: () => Promise.resolve(),',
    found: /the install \S+ is lost|wiped by \S+ again|nobody knows of it/,
  },
]

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Copies what the simulation needs into an empty folder, with the bug in it. Throws where its place is gone. */
export function putIn({ file, right, wrong }: Bug, folder: string): void {
  for (const name of ['src', 'test/sim', 'test/chaos', 'package.json']) {
    cpSync(join(root, name), join(folder, name), { recursive: true })
  }
  mkdirSync(join(folder, 'test'), { recursive: true })
  cpSync(join(root, 'test/dice.ts'), join(folder, 'test/dice.ts'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const text = readFileSync(join(root, file), 'utf8')
  if (text.split(right).length !== 2)
    throw new Error(`${file} has not one place for the bug: ${right}`)
  writeFileSync(join(folder, file), text.replace(right, wrong))
}
