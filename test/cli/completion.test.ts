import { execFile, execFileSync } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { complete } from '../../src/cli/complete.ts'
import { run } from '../../src/cli/completion.ts'
import { everySpec } from '../../src/cli/every-command.ts'
import { bare } from '../daemon/daemon.ts'
import { fakeIo, startApi } from './fake.ts'

const names = {
  hosts: ['node1', 'node2', 'db1'],
  profiles: ['debian', 'rescue'],
  tags: ['lab', 'rack9'],
  networks: ['lan'],
}

async function asked(t: Test, ...words: string[]) {
  const { url } = await startApi(t, { 'GET /api/v1/names': () => names })
  const { io, out } = fakeIo(t, url)
  await complete(['--', ...words], io, everySpec)
  return out()
    .split('\n')
    .filter(line => line !== '')
    .map(line => line.split('\t')[0])
}

t.test('what can stand where', async t => {
  t.strictSame(
    await asked(t, ''),
    everySpec.map(({ name }) => name),
  )
  t.strictSame(await asked(t, 'ev'), ['events'])
  t.strictSame(await asked(t, 'show', ''), ['node1', 'node2', 'db1'])
  t.strictSame(await asked(t, 'install', 'node1', 'no'), ['node1', 'node2'])
  t.strictSame(await asked(t, 'install', '--wh'), ['--where'])
  t.strictSame(await asked(t, 'install', '--where', 'state=i'), [
    'state=idle',
    'state=installing',
    'state=installed',
  ])
  t.strictSame(await asked(t, 'install', '--where', 'tag='), ['tag=lab', 'tag=rack9'])
  t.strictSame(await asked(t, 'cancel', '--where', 'profile=r'), ['profile=rescue'])
  t.strictSame(await asked(t, 'hosts', '--state', 'f'), ['failed'])
  t.strictSame(await asked(t, 'watch', '--tag', 'r'), ['rack9'])
  t.strictSame(await asked(t, 'leases', '--network', ''), ['lan'])
  t.strictSame(await asked(t, 'import', ''), [':files'])
  t.strictSame(await asked(t, 'hosts', ''), [])
  t.strictSame(await asked(t, 'explain', '--arch', 'x'), ['x64-efi'])
  t.strictSame(await asked(t, 'serve', '--config', ''), [':files'])
  t.strictSame(await asked(t, 'completion', ''), ['bash', 'zsh', 'fish'])
  t.strictSame(await asked(t, 'nonsense', ''), [])
})

t.test('without a daemon there are no hosts, and no complaint', async t => {
  const { io, out, err } = fakeIo(t, 'http://127.0.0.1:1')
  t.equal(await complete(['--', 'show', ''], io, everySpec), 0)
  t.equal(out() + err(), '')
})

t.test('no such shell', async t => {
  const { io, err } = fakeIo(t, 'http://127.0.0.1:1')
  t.equal(run(['tcsh'], io), 2)
  t.match(err(), 'there is none for tcsh')
  t.equal(run([], io), 2)
  t.match(err(), 'it needs one of bash, zsh, fish')
})

/** A `bootwright` in a folder, which talks to an API of these hosts, and the script of a shell. */
async function shell(t: Test, name: string) {
  const { url } = await startApi(t, { 'GET /api/v1/names': () => names })
  const { io, dir, out } = fakeIo(t, url)
  run([name], io)
  const program = join(dir, 'bootwright')
  const main = ['env', ...bare([])].map(word => `'${word}'`).join(' ')
  const access = `BOOTWRIGHT_SERVER=${url} BOOTWRIGHT_TOKEN_FILE=${dir}/token`
  writeFileSync(program, `#!/bin/sh\nexec ${main.replace("'-i'", `'-i' ${access}`)} "$@"\n`)
  chmodSync(program, 0o755)
  const script = join(dir, name === 'zsh' ? '_bootwright' : `bootwright.${name}`)
  writeFileSync(script, out())
  // The fake API lives in this process: it must not wait for the shell.
  const runs = (args: readonly string[]) =>
    new Promise<string>((resolve, reject) => {
      const env = { ...process.env, PATH: `${dir}:${process.env.PATH}`, HOME: dir, TERM: 'xterm' }
      execFile(
        name,
        args,
        { env, cwd: fileURLToPath(new URL('.', import.meta.url)) },
        (error, stdout, stderr) =>
          error ? reject(new Error(`${error.message}${stderr}`)) : resolve(stdout),
      )
    })
  return { script, runs }
}

t.test('Tab waits for few modules, and for none of Node that it has not loaded itself', t => {
  const seen = new Set<string>()
  const builtins = new Set<string>()
  const visit = (file: string) => {
    if (seen.has(file)) return
    seen.add(file)
    const source = readFileSync(file, 'utf8')
    // What is imported for its types alone is not loaded.
    for (const [, what = '', from = ''] of source.matchAll(
      /^import (?!type )([^']*?)\s?(?:from )?'([^']+)'$/gms,
    )) {
      const isTypes = /^\{(\s*type [^,}]+,?)+\s*\}/.test(what)
      if (from.startsWith('.') && !isTypes) visit(join(dirname(file), from))
      else if (!from.startsWith('.')) builtins.add(from)
    }
  }
  for (const name of ['main', 'cli/program', 'cli/complete']) {
    visit(fileURLToPath(new URL(`../../src/${name}.ts`, import.meta.url)))
  }
  t.ok(seen.size > 10 && seen.size <= 25, `${seen.size} files: ${[...seen].join(' ')}`)
  t.strictSame([...builtins].sort(), ['node:fs', 'node:path'])
  t.end()
})

t.test('names that were kept are answered without a daemon, and only for their own', async t => {
  const { url } = await startApi(t, { 'GET /api/v1/names': () => names })
  const { io, dir, out } = fakeIo(t, url)
  const kept = { ...io, env: { ...io.env, BOOTWRIGHT_CACHE: dir } }
  await complete(['--', 'show', 'node1'], kept, everySpec)
  const [file = ''] = readdirSync(dir).filter(name => name.startsWith('names-'))
  const whole = JSON.parse(readFileSync(join(dir, file), 'utf8'))
  t.strictSame(whole.names, names)
  const answers = async (change: object) => {
    const before = out().length
    const renamed = { ...whole, names: { ...names, hosts: ['kept'] }, ...change }
    writeFileSync(join(dir, file), JSON.stringify(renamed))
    await complete(['--', 'show', ''], kept, everySpec)
    return out().slice(before).split(/\s+/).filter(Boolean)
  }
  t.strictSame(await answers({}), ['kept'])
  t.strictSame(await answers({ which: 'another' }), names.hosts)
})

t.test('bash takes it', async t => {
  const { script, runs } = await shell(t, 'bash')
  const press = (...words: string[]) => {
    const line = `COMP_WORDS=(bootwright ${words.join(' ')}); COMP_CWORD=${words.length}`
    return runs([
      '-c',
      `source '${script}'; ${line}; _bootwright; printf '%s\\n' "\${COMPREPLY[@]}"`,
    ])
  }
  t.equal(await press('do'), 'doctor\n')
  t.equal(await press('show', 'no'), 'node1\nnode2\n')
  t.match(
    await runs(['-c', `source '${script}'; complete -p bootwright`]),
    '-F _bootwright bootwright',
  )
})

t.test('zsh takes it', async t => {
  const { script, runs } = await shell(t, 'zsh')
  const program = `
    autoload -Uz compinit; compinit -u -D
    _describe() { print -l -- $found }
    source '${script}'
    words=(bootwright show no); CURRENT=3; _bootwright
    print -r -- \${_comps[bootwright]}
  `
  t.equal(await runs(['-fc', program]), 'node1:\nnode2:\n_bootwright\n')
})

t.test('fish takes it', async t => {
  const { script, runs } = await shell(t, 'fish')
  const program = `source '${script}'; complete -C 'bootwright show no'; complete -C 'bootwright explain --arch b'`
  t.equal(
    (await runs(['--no-config', '-c', program])).trim().split(/\s+/).join(' '),
    'node1 node2 bios',
  )
})

t.test('the usage text names every command', async t => {
  const usage = execFileSync('env', bare(['--help']), { encoding: 'utf8' })
  const named = usage.split('\n').flatMap(line => /^ {2}(\w+)/.exec(line)?.[1] ?? [])
  t.strictSame(
    named,
    everySpec.map(({ name }) => name),
  )
})

t.test('whatever answers can answer for programs', async t => {
  // The daemon logs in JSON, a schema is JSON, an import shows how far it is, init asks, and the others write for a shell and for man.
  const others = [
    'init',
    'serve',
    'healthy',
    'ready',
    'schema',
    'pull',
    'import',
    'completion',
    'man',
  ]
  for (const { name, options } of everySpec) {
    t.equal(Object.hasOwn(options, 'json'), !others.includes(name), name)
  }
})
