import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { toJavaScript } from './javascript.ts'
import { copyModules } from './modules.ts'
import { sbomOf, withNode } from './sbom.ts'

/** What is taken as it is. */
const folders = ['config', 'docs', 'systemd']
const files = ['README.md', 'CHANGELOG.md', 'LICENSE', 'ARCHITECTURE.md', 'CONTRIBUTING.md']

/** Where the shells and `man` look, below /usr or /usr/local. */
const shellFiles = {
  'share/bash-completion/completions/bootwright': ['completion', 'bash'],
  'share/zsh/site-functions/_bootwright': ['completion', 'zsh'],
  'share/fish/vendor_completions.d/bootwright.fish': ['completion', 'fish'],
  'share/man/man1/bootwright.1': ['man'],
} as const

/** Makes the tree that every package is made of, laid out as a checkout is, in an empty folder. */
export function makeTree(root: string, tree: string, seconds: number): void {
  rmSync(tree, { recursive: true, force: true })
  mkdirSync(tree, { recursive: true })
  copySources(root, tree)
  for (const name of folders) cpSync(join(root, name), join(tree, name), { recursive: true })
  for (const name of files) copyFileSync(join(root, name), join(tree, name))
  for (const name of ['loaders', 'images']) {
    write(tree, `assets/${name}/README.md`, readFileSync(join(root, `assets/${name}/README.md`)))
  }
  copyModules(root, tree)
  writeJson(tree, 'package.json', manifestOf(root))
  write(tree, 'sbom.cdx.json', sbomOf(root, seconds))
  mkdirSync(join(tree, 'bin'))
  symlinkSync('../src/bootwright', join(tree, 'bin/bootwright'))
  // The program says them of itself, which also shows that it runs.
  for (const [path, words] of Object.entries(shellFiles)) write(tree, path, said(tree, words))
}

/** Puts the Node of a checkout in, where its launcher looks for one. */
export function addNode(root: string, tree: string): void {
  const from = join(root, 'node_modules/node')
  const to = join(tree, 'node_modules/node')
  const [licence = ''] = globSync('node_modules/node-linux-*/LICENSE', { cwd: from })
  mkdirSync(join(to, 'bin'), { recursive: true })
  copyFileSync(join(from, 'bin/node'), join(to, 'bin/node'))
  chmodSync(join(to, 'bin/node'), 0o755)
  copyFileSync(join(from, licence), join(to, 'LICENSE'))
  // This Node is of glibc.
  for (const folder of globSync('node_modules/@koromix/*/musl_*', { cwd: tree })) {
    rmSync(join(tree, folder), { recursive: true })
  }
  mkdirSync(join(tree, 'node_modules/.bin'), { recursive: true })
  symlinkSync('../node/bin/node', join(tree, 'node_modules/.bin/node'))
  const version = execFileSync(join(to, 'bin/node'), ['-p', 'process.versions.node'])
  const list = readFileSync(join(tree, 'sbom.cdx.json'), 'utf8')
  write(tree, 'sbom.cdx.json', withNode(list, String(version).trim()))
}

function copySources(root: string, tree: string): void {
  for (const name of globSync('src/**/*.{ts,js}', { cwd: root })) {
    const text = readFileSync(join(root, name), 'utf8')
    write(tree, name.replace(/\.ts$/, '.js'), toJavaScript(text))
  }
  for (const name of globSync('src/page/**/*.{css,svg}', { cwd: root })) {
    write(tree, name, readFileSync(join(root, name)))
  }
  cpSync(join(root, 'src/agent'), join(tree, 'src/agent'), { recursive: true })
  const index = readFileSync(join(root, 'src/page/index.html'), 'utf8')
  write(tree, 'src/page/index.html', index.replace('"/page/main.ts"', '"/page/main.js"'))
  write(tree, 'src/bootwright', readFileSync(join(root, 'src/bootwright')))
  chmodSync(join(tree, 'src/bootwright'), 0o755)
}

/** package.json without what only a checkout needs; its packages travel in it. */
function manifestOf(root: string): object {
  const { name, version, description, license, type, bin, dependencies, optionalDependencies } =
    JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  // A checkout brings its own Node, and npm would complain of the system's at every command.
  const engines = { node: '>=24.12' }
  const man = 'share/man/man1/bootwright.1'
  const needed = { dependencies, optionalDependencies }
  const bundleDependencies = Object.keys({ ...dependencies, ...optionalDependencies })
  const about = { name, version, description, license, type, engines, bin, man }
  return { ...about, ...needed, bundleDependencies }
}

function said(tree: string, words: readonly string[]): Buffer {
  // Nothing may be left to strip: what npm installs lies below node_modules, where Node refuses to.
  const node = [process.execPath, '--no-strip-types'] as const
  const env = { PATH: process.env.PATH }
  return execFileSync(node[0], [node[1], join(tree, 'src/launch.js'), ...words], { env })
}

function writeJson(tree: string, path: string, value: object): void {
  write(tree, path, `${JSON.stringify(value, null, 2)}\n`)
}

function write(tree: string, path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true })
  writeFileSync(join(tree, path), content)
}
