import {
  chownSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { adoptedFolder } from './adopted.ts'

/** What `adopt` writes of a host, as it stands in the config. */
export interface AdoptedKeys {
  readonly mac: string
  readonly address?: string
  readonly profile?: string
  readonly tags?: readonly string[]
  readonly vars?: Readonly<Record<string, string>>
}

const nameOf = /^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/

/** The file of an adopted host, which need not be there; undefined for what is no name of a host. */
export function adoptedFile(dataDir: string, name: string): string | undefined {
  return nameOf.test(name) ? join(adoptedFolder(dataDir), `${name}.yaml`) : undefined
}

/** Whether `adopt` wrote it. */
export function isAdopted(dataDir: string, name: string): boolean {
  const file = adoptedFile(dataDir, name)
  return file !== undefined && existsSync(file)
}

/** Whole or not at all; it belongs to whom the data folder belongs, who is the daemon's user. */
export function writeAdopted(
  file: string,
  name: string,
  { mac, address, profile, tags = [], vars = {} }: AdoptedKeys,
  dataDir: string,
): void {
  const host = {
    mac,
    ...(address !== undefined && { address }),
    ...(profile !== undefined && { profile }),
    ...(tags.length > 0 && { tags }),
    ...(Object.keys(vars).length > 0 && { vars }),
  }
  const folder = adoptedFolder(dataDir)
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${file}.new`, stringify({ hosts: { [name]: host } }), { mode: 0o644, flush: true })
  const { uid, gid } = statSync(dataDir)
  if (process.getuid?.() === 0)
    for (const path of [folder, `${file}.new`]) chownSync(path, uid, gid)
  renameSync(`${file}.new`, file)
}

/** Takes the file of an adopted host away. */
export function removeAdopted(file: string): void {
  rmSync(file, { force: true })
}
