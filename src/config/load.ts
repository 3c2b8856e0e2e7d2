import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseSubnet, type Subnet, unspecified } from '../wire/address.ts'
import { type Adopted, type AdoptedFile, adoptedFiles, readAdopted } from './adopted.ts'
import { type Broken, brokenPlaces } from './check/follow-ups.ts'
import { formatPath, type Mistake, type Path } from './check/mistake.ts'
import { readShape } from './check/shape.ts'
import type { Config, ConfigChecksum, Problem } from './config.ts'
import { type ConfigDocument, readDocument } from './document.ts'
import { type ConfigNames, resolveConfig } from './resolve.ts'
import { configSchema, isConfig, type RawConfig } from './schema/config.ts'
import { whyUnreadable } from './why-unreadable.ts'

/** What a config file says. Without errors among the problems there is a config. */
export interface Loaded {
  readonly config?: Config
  readonly problems: readonly Problem[]
  /** Where a key stands, of a config. */
  readonly locate?: ConfigDocument['locate']
}

/**
 * Reads, checks and resolves a config file; reports every mistake at once, in the file's order. The data folder
 * is the daemon's: whoever only looks may not be allowed to read the hosts in it, and takes that for a warning.
 */
export function loadConfig(file: string, unread: Problem['severity'] = 'error'): Loaded {
  const text = readText(file)
  if ('problem' in text) return { problems: [text.problem] }
  const folder = dirname(resolve(file))
  return parseConfig(text.text, file, value => adoptedFiles(value, folder), unread)
}

/** The same for text that would stand in `file`; `more` gives the files with hosts besides. */
export function parseConfig(
  text: string,
  file: string,
  more: (value: unknown) => readonly AdoptedFile[] = () => [],
  unread: Problem['severity'] = 'error',
): Loaded {
  const written = readDocument(text)
  const known = new Set(Object.keys(hostsOf(written.value)))
  const adopted = readAdopted(more(written.value), known, unread)
  const document = { ...written, value: withAdopted(written.value, adopted) }
  const { config, mistakes, checksums = [] } = read(document, file)
  const problems = [
    ...adopted.problems,
    ...document.mistakes.map(({ line, column, path, message }): Problem => {
      return { severity: 'error', line, column, path: formatPath(path), message }
    }),
    ...mistakes.map(mistake => problemOf(mistake, document, adopted)),
  ].sort(byPlace)
  const broken = problems.some(({ severity }) => severity === 'error')
  if (!config || broken) return { problems }
  const placed = checksums.map(({ path, ...checksum }): ConfigChecksum => {
    return { ...checksum, ...document.locate(path), path: formatPath(path) }
  })
  return { config: { ...config, checksums: placed }, problems, locate: document.locate }
}

function byPlace(a: Problem, b: Problem): number {
  const [fileA = '', fileB = ''] = [a.file, b.file]
  return fileA.localeCompare(fileB) || a.line - b.line || a.column - b.column
}

function hostsOf(value: unknown): Readonly<Record<string, unknown>> {
  return value && typeof value === 'object' ? mapAt(value, 'hosts') : {}
}

/** A config that is empty or broken says so itself. */
function withAdopted(value: unknown, { hosts }: Adopted): unknown {
  if (!value || typeof value !== 'object' || Object.keys(hosts).length === 0) return value
  return { ...value, hosts: { ...hostsOf(value), ...hosts } }
}

/** `file:line:column: path: message` */
export function formatProblem(file: string, problem: Problem): string {
  const { line, column, path, message, severity } = problem
  const what = severity === 'warning' ? `warning: ${message}` : message
  return [`${problem.file ?? file}:${line}:${column}`, ...(path ? [path] : []), what].join(': ')
}

type ReadConfig = Partial<ReturnType<typeof resolveConfig>> & { readonly mistakes: Mistake[] }

function read(document: ConfigDocument, file: string): ReadConfig {
  const { value } = document
  if (value === undefined) return { mistakes: [] }
  if (value === null) {
    const message = 'is empty; the smallest config is `networks: { lan: {} }`'
    return { mistakes: [{ severity: 'error', path: [], message }] }
  }
  const shape: Mistake[] = []
  const raw = isConfig(value) ? value : usable(value, shape)
  if (!raw) return { mistakes: shape }
  const joined = document.mistakes.map(({ path }) => path)
  const broken = brokenPlaces(shape, joined)
  const { mistakes, ...resolved } = resolveConfig(raw, file, namesOf(value, broken))
  return { ...resolved, mistakes: [...shape, ...broken.without(mistakes)] }
}

/** What is left when all that has the wrong shape is taken away; the rest is checked too. */
function usable(value: unknown, shape: Mistake[]): Partial<RawConfig> | undefined {
  const left = readShape(value, configSchema, (path, message, atKey = false, also = []) => {
    shape.push({ severity: 'error', path, message, atKey, also })
  })
  if (shape.length === 0) {
    shape.push({ severity: 'error', path: [], message: 'does not follow `bootwright schema`' })
  }
  return left as Partial<RawConfig> | undefined
}

function namesOf(value: unknown, broken: Broken): ConfigNames {
  const names = (section: string) =>
    broken.has([section]) ? everyName : new Set(Object.keys(mapAt(value, section)))
  const networks = Object.entries(mapAt(value, 'networks'))
  return {
    profiles: names('profiles'),
    callbacks: names('callbacks'),
    networks: names('networks'),
    power: names('power'),
    consoles: names('consoles'),
    vague: new Map(
      networks
        .filter(([name]) => ['', 'subnet'].some(key => broken.has(placeOf(name, key))))
        .map(([name, network]) => [name, probableSubnet(mapAt({ network }, 'network').subnet)]),
    ),
  }
}

function placeOf(network: string, key: string): Path {
  return ['networks', network, ...(key === '' ? [] : [key])]
}

/** Where a section cannot be read nobody can say that it lacks a name. */
const everyName: ReadonlySet<string> = Object.assign(new Set<string>(), { has: () => true })

/** What somebody who wrote 10.77.0.0/33 or 10.77.0 may have meant: generous, and all where it says nothing. */
function probableSubnet(text: unknown): Subnet {
  const [, base = '0.0'] = /^(\d{1,3}\.\d{1,3})(?:\.|$)/.exec(String(text)) ?? []
  const prefix = base === '0.0' ? 0 : 16
  return parseSubnet(`${base}.0.0/${prefix}`) ?? { base: unspecified, prefix: 0 }
}

function mapAt(value: unknown, key: string): Readonly<Record<string, unknown>> {
  const inner: unknown = (value as Readonly<Record<string, unknown>>)[key]
  return inner && typeof inner === 'object' ? (inner as Readonly<Record<string, unknown>>) : {}
}

function problemOf(mistake: Mistake, document: ConfigDocument, adopted: Adopted): Problem {
  const { severity, path, message, hosts } = mistake
  const place = adopted.place(path, mistake.atKey) ?? document.locate(path, mistake.atKey)
  const problem = { severity, ...place, path: formatPath(path), message }
  return hosts ? { ...problem, hosts } : problem
}

function readText(file: string): { text: string } | { problem: Problem } {
  try {
    return { text: readFileSync(file, 'utf8') }
  } catch (error) {
    const place = { severity: 'error', line: 1, column: 1, path: '' } as const
    return { problem: { ...place, message: `cannot be read: ${whyUnreadable(error)}` } }
  }
}
