import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Path } from './check/mistake.ts'
import type { Problem } from './config.ts'
import { defaults } from './defaults.ts'
import { type ConfigDocument, readDocument } from './document.ts'
import { whyUnreadable } from './why-unreadable.ts'

/** A file of `<dataDir>/hosts.d`: hosts that `adopt` wrote. */
export type AdoptedFile = {
  /** Absolute path; of the folder where that cannot be read itself. */
  readonly file: string
} & ({ readonly text: string } | { readonly unreadable: string })

/** The hosts of these files, and where each stands. */
export interface Adopted {
  readonly hosts: Readonly<Record<string, unknown>>
  readonly problems: readonly Problem[]
  /** Where a place below `hosts` stands, if it is of one of these files. */
  place(path: Path, atKey?: boolean): Pick<Problem, 'line' | 'column' | 'file'> | undefined
}

/** The folder that `adopt` writes to. */
export function adoptedFolder(dataDir: string): string {
  return join(dataDir, 'hosts.d')
}

/**
 * Reads the files of `<dataDir>/hosts.d`, by name; there need be none. What cannot be read says why, since
 * silence would lose hosts. `value` is the config's own.
 */
export function adoptedFiles(value: unknown, folder: string): AdoptedFile[] {
  const own = (value as { dataDir?: unknown } | null | undefined)?.dataDir
  const dataDir = resolve(folder, typeof own === 'string' ? own : defaults.dataDir)
  const hosts = adoptedFolder(dataDir)
  try {
    return yamlFilesIn(hosts).map(name => readAdoptedFile(join(hosts, name)))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    return [{ file: hosts, unreadable: whyUnreadable(error) }]
  }
}

function yamlFilesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter(name => name.endsWith('.yaml') && !name.startsWith('.'))
    .sort()
}

function readAdoptedFile(file: string): AdoptedFile {
  try {
    return { file, text: readFileSync(file, 'utf8') }
  } catch (error) {
    return { file, unreadable: whyUnreadable(error) }
  }
}

/**
 * Puts the hosts of all files together; `known` are the names of the config file, which win. `unread` is how much
 * it matters that a file cannot be read.
 */
export function readAdopted(
  files: readonly AdoptedFile[],
  known: ReadonlySet<string>,
  unread: Problem['severity'],
): Adopted {
  const hosts: Record<string, unknown> = {}
  const problems: Problem[] = []
  const places = new Map<string, { file: string; document: ConfigDocument }>()
  for (const { file, ...read } of files) {
    if ('unreadable' in read) {
      const message = `cannot be read, and holds hosts of \`adopt\`: ${read.unreadable}`
      problems.push({ severity: unread, file, line: 1, column: 1, path: '', message })
      continue
    }
    const document = readDocument(read.text)
    const report = (message: string, line = 1, column = 1, path = '') =>
      problems.push({ severity: 'error', file, line, column, path, message })
    for (const { line, column, message } of document.mistakes) report(message, line, column)
    const value = document.value as Readonly<Record<string, unknown>> | null | undefined
    const others = Object.keys(value ?? {}).filter(key => key !== 'hosts')
    if (others.length > 0) report(`has only \`hosts:\`, not ${others.join(', ')}`)
    for (const [name, host] of Object.entries(plain(value?.hosts))) {
      const twice = known.has(name) ? 'in the config file' : places.get(name)?.file
      if (twice !== undefined) {
        report(`is also ${twice}: \`bootwright forget ${name}\`, or remove it there`, 1, 1, name)
        continue
      }
      hosts[name] = host
      places.set(name, { file, document })
    }
  }
  return {
    hosts,
    problems,
    place([section, name, ...rest], atKey) {
      const place = section === 'hosts' ? places.get(String(name)) : undefined
      if (!place) return undefined
      const found = place.document.locate(['hosts', String(name), ...rest], atKey)
      return { ...found, file: place.file }
    },
  }
}

function plain(value: unknown): Readonly<Record<string, unknown>> {
  return value && typeof value === 'object' ? (value as Readonly<Record<string, unknown>>) : {}
}
