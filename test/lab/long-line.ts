import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { main } from './daemon.ts'
import type { Lab } from './lab.ts'

/**
 * A word that makes the command line of a config exactly as long as may be, and how long that is: `check` says
 * both with one that is too long.
 */
export async function fillingWord(lab: Lab, config: (word: string) => string) {
  const tooMuch = 3000
  const word = (length: number) => `pad=${'x'.repeat(length)}`
  const file = join(lab.folder, 'long.yaml')
  writeFileSync(file, config(word(tooMuch)))
  const check = [process.execPath, main, 'check', '--config', file]
  const { stdout, stderr } = await lab.network.attempt(check)
  const told = /command line has (\d+) bytes.* keeps (\d+)/.exec(stdout + stderr)
  if (!told) throw new Error(`check says nothing of the length: ${stdout}${stderr}`)
  const [length, room] = [Number(told[1]), Number(told[2])]
  return { word: word(tooMuch + room - length), room }
}
