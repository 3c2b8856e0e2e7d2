import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { linesOf, tableOf, withTable } from './all-table.ts'
import { machine } from './figures.ts'
import { type Bench, benches, type Figures, rows } from './rows.ts'

/**
 * Every row of docs/measured.md that can be measured within an hour, beside its peers, in rounds by turns, so that a
 * noisy minute is everybody's. Prints the table: medians, the least and the most, and where that hides who is ahead.
 *
 *   npm run bench -- [--rounds N] [--only tftp,http,scripts,dhcp] [--compare FILE] [--write FILE]
 *
 * `--compare` shows what a document says of each row; `--write` puts the table into it. Needs root, cc and apt-get,
 * and a machine that does nothing else.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    only: { type: 'string' },
    compare: { type: 'string' },
    write: { type: 'string' },
  },
})
const only = values.only?.split(',')
const chosen = benches.filter(({ name }) => only?.includes(name) ?? true)
const unknown = only?.filter(name => !benches.some(bench => bench.name === name)) ?? []
if (unknown.length > 0) throw new Error(`no bench is called ${unknown.join()}`)
const say = (text: string) => void process.stderr.write(`${text}\n`)

const rounds = new Map<string, Figures[]>(chosen.map(({ name }) => [name, []]))
const before = machine()
for (let round = 1; round <= Number(values.rounds); round++) {
  for (const bench of chosen) {
    say(`=== round ${round} of ${values.rounds}: ${bench.name}`)
    rounds.get(bench.name)?.push(await figuresOf(bench))
  }
}
const table = tableOf(rows, rounds)
const day = new Date().toISOString().slice(0, 10)
const { cpus, model, load } = before
const head = `${day}, ${cpus} x ${model}, load ${load.join(' ')} before; ${values.rounds} rounds by turns, in brackets the least and the most.`
const said = `${head}\n\n${table}`
process.stdout.write(`${said}\n`)
if (values.compare !== undefined) compare(values.compare)
if (values.write !== undefined) {
  writeFileSync(values.write, withTable(readFileSync(values.write, 'utf8'), said))
}

/** Runs a bench; its progress is shown, its figures are what it prints. */
async function figuresOf({ name, args }: Bench): Promise<Figures> {
  const program = new URL(`./${name}.ts`, import.meta.url).pathname
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', chunk => {
    text += chunk
  })
  const code = await new Promise(resolve => child.on('close', resolve))
  if (code !== 0) throw new Error(`${name} ended with ${code}`)
  return JSON.parse(text)
}

function compare(file: string): void {
  const theirs = linesOf(readFileSync(file, 'utf8'))
  process.stdout.write(`\n${file} says:\n`)
  for (const what of linesOf(table).keys()) {
    process.stdout.write(`${theirs.get(what) ?? `| ${what} | nothing |`}\n`)
  }
}
