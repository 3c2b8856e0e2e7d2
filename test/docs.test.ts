import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { everyCommand } from '../src/cli/every-command.ts'
import { parseCommand } from '../src/cli/parse-command.ts'
import { parseConfig } from '../src/config/load.ts'

/** What people read: nothing in it may be wrong. */
const root = join(import.meta.dirname, '..')
const files = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  ...globSync('docs/*.md', { cwd: root }),
].sort()
const pages = files.map(file => ({ file, text: readFileSync(join(root, file), 'utf8') }))

/** The fenced blocks of a page: of this language, or with none. */
function blocksOf(text: string, language = ''): string[] {
  const fences = text.matchAll(/^```(\w*)\n(.*?)^```$/gms)
  return [...fences].flatMap(([, found, block = '']) => (found === language ? [block] : []))
}

/** The command lines of a page: lines that go on in the next are one, comments are gone. */
function commandLines(text: string): string[] {
  const blocks = [...blocksOf(text), ...blocksOf(text, 'cron')]
  const lines = blocks.join('\n').replaceAll('\\\n', ' ').split('\n')
  const inline = [...text.matchAll(/`((?:npx )?bootwright [a-z][^`]*)`/g)].map(
    ([, line = '']) => line,
  )
  return [...lines, ...inline].map(line => line.replace(/\s#.*$/, '').trim())
}

/** The words behind `bootwright`, where a line calls it. */
function wordsOf(line: string): string[] | undefined {
  const [, rest] = /(?:^|\s|src\/)bootwright\s+([a-z].*)$/.exec(line) ?? []
  const [mine = ''] = rest?.split(/\s[|>&]\s?/) ?? []
  const words = mine.match(/"[^"]*"|'[^']*'|\S+/g)
  return rest === undefined || !words
    ? undefined
    : words.map(word => word.replace(/^["']|["']$/g, ''))
}

t.test(
  'every config has no mistakes; a part of one has none beside what it leaves out',
  async t => {
    for (const { file, text } of pages) {
      for (const block of blocksOf(text, 'yaml')) {
        const whole = /^networks:/m.test(block) ? block : `networks: { lan: {} }\n${block}`
        const { problems } = parseConfig(whole, join(root, 'config', 'docs.yaml'))
        const wrong = problems.filter(({ severity }) => severity === 'error')
        t.strictSame(wrong, [], `${file}: ${block.slice(0, 60)}`)
      }
    }
  },
)

t.test('a block is a config, or lines for a shell that it can read', async t => {
  for (const { file, text } of pages) {
    const languages = [...text.matchAll(/^\s*```(\S+)$/gm)].map(([, language]) => language)
    const others = languages.filter(language => !['yaml', 'cron'].includes(language ?? ''))
    t.strictSame(others, [], `${file}: no other is tested`)
    for (const block of blocksOf(text).filter(block => !block.includes('─'))) {
      const { status, stderr } = spawnSync('sh', ['-n'], { input: block, encoding: 'utf8' })
      t.equal(status, 0, `${file}: ${block.slice(0, 60)}`, { stderr })
    }
  }
})

t.test('every dependency is in the table, as the lock file has it', async t => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const { dependencies, optionalDependencies, devDependencies } = packages['']
  const names = Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies })
  const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')
  const [, table = ''] = text.split('|---|---|---|---|\n')
  const [rows = ''] = table.split('\n\n')
  const told = rows
    .trim()
    .split('\n')
    .map(row => row.split(' | ').slice(0, 2).join(' '))
  const here = names.map(name => `| ${name} ${packages[`node_modules/${name}`].version}`)
  t.strictSame(told.toSorted(), here.toSorted())
})

t.test('every command and option is there', async t => {
  const specs = new Map(everyCommand.map(({ spec }) => [spec.name, spec]))
  let count = 0
  for (const { file, text } of pages) {
    for (const line of commandLines(text)) {
      const [name = '', ...argv] = wordsOf(line) ?? []
      if (name === '' || name === 'COMMAND') continue
      const spec = specs.get(name)
      if (!spec) t.fail(`${file}: there is no command ${name}: ${line}`)
      else t.strictSame(wrongOf(parseCommand(spec, argv)), undefined, `${file}: ${line}`)
      count++
    }
  }
  t.ok(count > 20, 'there are commands to look at')
  const listed = readFileSync(join(root, 'docs/commands.md'), 'utf8').split(/[`\s,|]+/)
  for (const name of specs.keys()) t.ok(listed.includes(name), `docs/commands.md has ${name}`)
})

function wrongOf(parsed: ReturnType<typeof parseCommand>): string | undefined {
  return parsed.kind === 'wrong' ? parsed.message : undefined
}

t.test('every npm script is there', async t => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const named = pages.flatMap(({ text }) => [
    ...text.matchAll(/npm (?:run )?(start|test|demo|bench[:\w-]*)/g),
  ])
  t.ok(named.length > 3)
  for (const [, name = ''] of named) t.ok(name in scripts, name)
})

t.test('the hash of the Nix package is that of the lock file', async t => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version?: string; integrity?: string; dev?: boolean }>
  }
  const held = Object.entries(packages).filter(([name, { dev }]) => name !== '' && !dev)
  const rows = held.map(([name, { version, integrity }]) => [name, version, integrity])
  const digest = createHash('sha256').update(JSON.stringify(rows)).digest('hex').slice(0, 16)
  const nix = readFileSync(join(root, 'config/nixos/package.nix'), 'utf8')
  t.match(nix, `# Packages: ${digest}\n`, 'if not: sh config/nixos/modules-hash.sh')
})

t.test('every link leads to a file', async t => {
  for (const { file, text } of pages) {
    for (const [, link = ''] of text.matchAll(/\]\(([\w./-]+)\)/g)) {
      t.ok(existsSync(join(root, dirname(file), link)), `${file}: ${link}`)
    }
  }
})

t.test('what a page finds in a file of the sources is declared there', async t => {
  const named = pages.flatMap(({ file, text }) =>
    [...text.matchAll(/`(\w+)` in \[[^\]]*\]\((src\/[\w./-]+\.ts)\)/g)].map(
      ([, name = '', source = '']) => ({ file, name, source }),
    ),
  )
  // The table of the five functions has its names in the first column and their files in the last.
  const rows = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8').matchAll(
    /^\| `(\w+)` \|.*\]\((src\/[\w./-]+\.ts)\) \|$/gm,
  )
  const five = [...rows].map(([, name = '', source = '']) => {
    return { file: 'ARCHITECTURE.md', name, source }
  })
  t.ok(five.length >= 4 && named.length > 0, 'there are names to look for')
  for (const { file, name, source } of [...named, ...five]) {
    const text = readFileSync(join(root, source), 'utf8')
    t.match(
      text,
      new RegExp(`^export (async )?(function|const) ${name}\\b`, 'm'),
      `${file}: ${name}`,
    )
  }
})

t.test('every verdict of the doctor is explained', async t => {
  const text = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8')
  const rules = globSync('src/doctor/rules/*.ts', { cwd: root })
  const ids = rules.flatMap(file => {
    const source = readFileSync(join(root, file), 'utf8')
    return [...source.matchAll(/\bid(?:: | = )'([a-z-]+)'/g)].map(([, id = '']) => id)
  })
  t.ok(ids.length > 15)
  for (const id of ids) t.ok(text.includes(`\`${id}\``), id)
})
