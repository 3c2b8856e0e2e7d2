import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { whyNoFacts } from '../../boot/facts.ts'
import type { Delivery } from '../../boot/install.ts'

/** What the installer told: as one JSON file, and each text of its own beside it. Returns the JSON file. */
export function writeFacts(folder: string, { body }: Delivery): string {
  const { facts: told } = JSON.parse(body) as { facts?: object }
  // A delivery may be older than the bound.
  const facts = told && whyNoFacts(told) === undefined ? told : {}
  const file = join(folder, 'facts', 'facts.json')
  mkdirSync(join(folder, 'facts'), { recursive: true, mode: 0o700 })
  writeFileSync(file, `${JSON.stringify(facts, null, 2)}\n`)
  for (const [name, text] of Object.entries(facts)) {
    if (typeof text !== 'string' || !/^[A-Za-z][A-Za-z0-9_-]{0,62}$/.test(name)) continue
    writeFileSync(join(folder, 'facts', name), text)
  }
  return file
}
