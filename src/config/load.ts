import { readFileSync } from 'node:fs'
import { formatPath, type Mistake, type Path } from './check/mistake.ts'
import { readShape } from './check/shape.ts'
import type { Config, ConfigChecksum, Problem } from './config.ts'
import { type ConfigDocument, readDocument } from './document.ts'
import { type Names, resolveConfig } from './resolve.ts'
import { configSchema, isConfig, type RawConfig } from './schema/config.ts'

/** What a config file says. Without errors among the problems there is a config. */
export interface Loaded {
  readonly config?: Config
  readonly problems: readonly Problem[]
}

/** Reads, checks and resolves a config file; reports every mistake at once, in the file's order. */
export function loadConfig(file: string): Loaded {
  const text = readText(file)
  return 'problem' in text ? { problems: [text.problem] } : parseConfig(text.text, file)
}

/** The same for text that would stand in `file`. */
export function parseConfig(text: string, file: string): Loaded {
  const document = readDocument(text)
  const { config, mistakes, checksums = [] } = read(document, file)
  const problems = [
    ...document.mistakes.map(({ line, column, path, message }): Problem => {
      return { severity: 'error', line, column, path: formatPath(path), message }
    }),
    ...mistakes.map(mistake => problemOf(mistake, document)),
  ].sort((a, b) => a.line - b.line || a.column - b.column)
  const broken = problems.some(({ severity }) => severity === 'error')
  if (!config || broken) return { problems }
  const placed = checksums.map(({ path, ...checksum }): ConfigChecksum => {
    return { ...checksum, ...document.locate(path), path: formatPath(path) }
  })
  return { config: { ...config, checksums: placed }, problems }
}

/** `file:line:column: path: message` */
export function formatProblem(file: string, problem: Problem): string {
  const { line, column, path, message, severity } = problem
  const what = severity === 'warning' ? `warning: ${message}` : message
  return [`${file}:${line}:${column}`, ...(path ? [path] : []), what].join(': ')
}

type Read = Partial<ReturnType<typeof resolveConfig>> & { readonly mistakes: Mistake[] }

function read(document: ConfigDocument, file: string): Read {
  const { value } = document
  if (value === undefined) return { mistakes: [] }
  if (value === null) {
    const message = 'is empty; the smallest config is `networks: { lan: {} }`'
    return { mistakes: [{ severity: 'error', path: [], message }] }
  }
  const shape: Mistake[] = []
  const raw = isConfig(value) ? value : usable(value, shape)
  if (!raw) return { mistakes: shape }
  const names: Names = {
    profiles: keysOf(value, 'profiles'),
    callbacks: keysOf(value, 'callbacks'),
    networks: keysOf(value, 'networks'),
    networksWhole: !shape.some(({ path }) => path[0] === 'networks'),
  }
  const { mistakes, ...resolved } = resolveConfig(raw, file, names)
  return { ...resolved, mistakes: [...shape, ...distinct(mistakes, shape)] }
}

/** What is left when all that has the wrong shape is taken away; the rest is checked too. */
function usable(value: unknown, shape: Mistake[]): Partial<RawConfig> | undefined {
  const left = readShape(value, configSchema, (path, message, atKey = false) => {
    shape.push({ severity: 'error', path, message, atKey })
  })
  if (shape.length === 0) {
    shape.push({ severity: 'error', path: [], message: 'does not follow `bootwright schema`' })
  }
  return left as Partial<RawConfig> | undefined
}

/** Each mistake once, without those that only follow from a piece that was taken away. */
function distinct(mistakes: readonly Mistake[], shape: readonly Mistake[]): Mistake[] {
  const seen = new Set(shape.flatMap(({ path }) => path.map((_, i) => keyOf(path.slice(0, i + 1)))))
  return mistakes.filter(({ path, message, severity }) => {
    const key = `${keyOf(path)}\0\0${message}`
    if (seen.has(key) || (severity === 'error' && seen.has(keyOf(path)))) return false
    seen.add(key)
    return true
  })
}

function keyOf(path: Path): string {
  return path.join('\0')
}

function keysOf(value: unknown, key: string): Set<string> {
  const inner: unknown = (value as Readonly<Record<string, unknown>>)[key]
  return new Set(inner && typeof inner === 'object' ? Object.keys(inner) : [])
}

function problemOf(mistake: Mistake, document: ConfigDocument): Problem {
  const { severity, path, message, hosts } = mistake
  const place = document.locate(path, mistake.atKey)
  const problem = { severity, ...place, path: formatPath(path), message }
  return hosts ? { ...problem, hosts } : problem
}

function readText(file: string): { text: string } | { problem: Problem } {
  try {
    return { text: readFileSync(file, 'utf8') }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why =
      code === 'ENOENT' ? 'no such file' : code === 'EACCES' ? 'permission denied' : message
    const place = { severity: 'error', line: 1, column: 1, path: '' } as const
    return { problem: { ...place, message: `cannot be read: ${why}` } }
  }
}
