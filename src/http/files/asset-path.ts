import { type BigIntStats, constants } from 'node:fs'
import path from 'node:path'
import type { Reason, Refused } from '../../boot/reason.ts'
import type { FileCalls } from './file-calls.ts'

/** A folder whose files may be asked for by name. */
export interface AssetRoot {
  readonly folder: string
}

/** A file found: its real path, free of symlinks. */
export type Found = { readonly path: string }

/** A file open for reading, and its status when it was opened. */
export type Opened<File> = { readonly file: File; readonly status: BigIntStats }

/** What is to be opened: a URL path below folders, or a file that the config names, wherever it lies. */
export type Wanted =
  | {
      readonly roots: readonly AssetRoot[]
      readonly allowedRoots: readonly string[]
      readonly urlPath: string
    }
  | { readonly file: string }

/**
 * Collapses repeated slashes in the path of a request target and cuts scheme and host off an absolute
 * one; query and fragment stay as they are. Redirecting instead would end an EDK2 HTTP boot.
 */
export function normaliseUrl(url: string): string {
  const target = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '')
  const end = target.search(/[?#]/)
  const urlPath = end < 0 ? target : target.slice(0, end)
  return `/${urlPath}`.replace(/\/{2,}/g, '/') + target.slice(urlPath.length)
}

/** Finds a file, by {@link resolveAsset} or {@link resolvePublished}, and opens it. The caller closes it. */
export async function openWanted<File>(
  calls: FileCalls<File>,
  wanted: Wanted,
): Promise<(Opened<File> & Found) | Refused> {
  const found =
    'file' in wanted
      ? await resolvePublished(calls, wanted.file)
      : await resolveAsset(calls, wanted.roots, wanted.allowedRoots, wanted.urlPath)
  if ('refused' in found) return found
  const opened = await openAsset(calls, found.path)
  return 'refused' in opened ? opened : { ...opened, ...found }
}

/**
 * Finds the file that a URL path names below one of the roots, the first that has it. Symlinks are
 * followed inside their root and into the allowed roots. The path is still percent-encoded, has no
 * leading slash and no query.
 */
export async function resolveAsset<File>(
  calls: FileCalls<File>,
  roots: readonly AssetRoot[],
  allowedRoots: readonly string[],
  urlPath: string,
): Promise<Found | Refused> {
  const name = readUrlPath(urlPath)
  if ('refused' in name) return name

  const allowed = await realFolders(calls, allowedRoots)
  let answer: Refused = { refused: { code: 'file-missing' } }
  for (const root of await realFolders(
    calls,
    roots.map(({ folder }) => folder),
  )) {
    const real = await lookUp(() => calls.realpath(path.join(root, name.path)))
    if (typeof real !== 'string') {
      if (real.refused.code !== 'file-missing') answer = real
    } else if ([root, ...allowed].some(folder => contains(folder, real))) {
      return { path: real }
    } else {
      answer = { refused: { code: 'leads-outside' } }
    }
  }
  return answer
}

/** Decodes a URL path once into a relative path of plain names, or says why it is none. */
export function readUrlPath(urlPath: string): Found | Refused {
  if (/%2f|%5c|\\/i.test(urlPath)) return { refused: { code: 'slash-in-name' } }
  const text = decodeOnce(urlPath)
  if (text === undefined) return { refused: { code: 'broken-encoding' } }
  if (text.includes('\0')) return { refused: { code: 'nul-in-path' } }
  if (text.startsWith('/')) return { refused: { code: 'absolute-path' } }
  const segments = text.split('/').filter(segment => segment !== '' && segment !== '.')
  if (segments.includes('..')) return { refused: { code: 'path-climbs' } }
  if (segments.length === 0 || /(?:^|\/)\.?$/.test(text)) return { refused: { code: 'is-folder' } }
  return { path: segments.join('/') }
}

/**
 * Opens a real path for reading. What was opened is looked up again through its descriptor, so a
 * folder that turned into a symlink since {@link resolveAsset} leads nowhere. Only regular files;
 * neither a FIFO nor a device can make this wait. The caller closes the file.
 */
export async function openAsset<File>(
  calls: FileCalls<File>,
  realPath: string,
): Promise<Opened<File> | Refused> {
  const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants
  const opened = await lookUp(async () => {
    const file = await calls.open(realPath, O_RDONLY | O_NONBLOCK | O_NOFOLLOW)
    return { file }
  })
  if ('refused' in opened) return opened
  const { file } = opened
  try {
    const status = await calls.status(file)
    const refused = status.isFile() ? strayed(await calls.pathOf(file), realPath) : notRegular
    if (!refused) return { file, status }
    await calls.close(file)
    return { refused }
  } catch (error) {
    await calls.close(file)
    throw error
  }
}

/** The real path of a file that the config names, wherever it lies. */
export async function resolvePublished<File>(
  calls: FileCalls<File>,
  file: string,
): Promise<Found | Refused> {
  const real = await lookUp(() => calls.realpath(file))
  return typeof real === 'string' ? { path: real } : real
}

function strayed(opened: string, realPath: string): Reason | undefined {
  // A file that was replaced just after it was opened shows as deleted, and is still the right one.
  const same = opened === realPath || opened === `${realPath} (deleted)`
  return same ? undefined : { code: 'moved-meanwhile' }
}

function contains(folder: string, file: string): boolean {
  return file.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
}

async function realFolders<File>(
  calls: FileCalls<File>,
  folders: readonly string[],
): Promise<string[]> {
  const found = await Promise.all(folders.map(folder => lookUp(() => calls.realpath(folder))))
  return found.filter(folder => typeof folder === 'string')
}

function decodeOnce(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

const notRegular: Reason = { code: 'not-regular' }

const expected: Readonly<Record<string, Reason>> = {
  ENOENT: { code: 'file-missing' },
  ENOTDIR: { code: 'file-missing' },
  ENAMETOOLONG: { code: 'file-missing' },
  ELOOP: { code: 'symlink-loop' },
  EACCES: { code: 'may-not-be-read' },
  EPERM: { code: 'may-not-be-read' },
  ENXIO: notRegular,
  EISDIR: { code: 'is-folder' },
}

/** Errors that say something about the path become values; all others are thrown on. */
async function lookUp<T>(look: () => Promise<T> | T): Promise<T | Refused> {
  try {
    return await look()
  } catch (error) {
    const refused = expected[(error as NodeJS.ErrnoException).code ?? '']
    if (refused === undefined) throw error
    return { refused }
  }
}
