import {
  close,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  read as startRead,
} from 'node:fs'
import { join, sep } from 'node:path'
import { promisify } from 'node:util'
import type { Reason } from '../boot/reason.ts'
import { sentenceOf } from '../boot/words/reason.ts'
import type { IpAddress } from '../wire/ip-address.ts'
import { encodeTftp, tftpErrors } from '../wire/tftp-packet.ts'
import {
  type ChunkCache,
  type ChunkSource,
  createChunkCache,
  fileOfBytes,
  type TftpFile,
} from './chunks.ts'

/** Who asks. */
export interface Peer {
  readonly address: IpAddress
  readonly port: number
}

/** Where names are looked up. It is read at every request, so a getter can follow a reload. */
export interface FileLookup {
  /** Folders, searched in this order. */
  readonly roots: readonly string[]
  /** Folders that symlinks inside the roots may point into, such as /nix/store. */
  readonly allowedRoots?: readonly string[]
  /** What a name stands for that is no file of the roots; asked first, with the name in its plain form. */
  readonly virtual?: (
    name: string,
    peer: Peer,
  ) => Virtual | undefined | Promise<Virtual | undefined>
}

/** Bytes, a refusal, a file wherever it lies, or names in the roots, of which the first counts that there is. */
export type Virtual =
  | Uint8Array
  /** Its receipt comes back when the client has acknowledged a block. */
  | { readonly bytes: Uint8Array; readonly receipt: number }
  | TftpRefusal
  | { readonly file: string }
  | { readonly names: readonly string[] }

/** Why a file is not served, and the code of the ERROR. */
export interface TftpRefusal {
  readonly refused: number
  readonly why: Reason
}

/** An ERROR: what is not there is said in the words of RFC 1350, appendix I. */
export function errorPacket(code: number, why: Reason): Uint8Array {
  const text =
    code === tftpErrors.notFound && why.code === 'file-missing' ? 'file not found' : sentenceOf(why)
  return encodeTftp({ kind: 'error', code, text })
}

export interface Files {
  /** Opens the file that a client names. Expected trouble is a value, never an exception. */
  open(name: string, peer: Peer): Promise<TftpFile | TftpRefusal>
}

const maxNameBytes = 255
const read = promisify(startRead)

/** A descriptor, or why there is none. */
type FdOrRefusal = number | TftpRefusal

/**
 * Read access to the files under some roots, with `cacheBytes` of them kept in memory. A file is looked up and opened
 * at once, in the thread that asks: nine short calls, each of which would be a detour of a millisecond for a loader of
 * a few blocks. Its bytes are waited for.
 */
export function openFiles(places: FileLookup, cacheBytes: number): Files {
  const cache = createChunkCache(cacheBytes)
  return {
    async open(asked, peer) {
      const name = plainName(asked)
      if (typeof name !== 'string') return name
      const virtual = (await places.virtual?.(name, peer)) ?? { names: [name] }
      if (virtual instanceof Uint8Array) return fileOfBytes(virtual)
      if ('bytes' in virtual) return fileOfBytes(virtual.bytes, virtual.receipt)
      if ('refused' in virtual) return virtual
      try {
        const found =
          'file' in virtual
            ? openReal(realpathSync.native(virtual.file), () => true)
            : findFirst(places, virtual.names)
        return typeof found === 'number' ? keep(cache, found) : found
      } catch (error) {
        return refusalOf(error)
      }
    },
  }
}

/**
 * The one spelling of a name: segments joined by single slashes, without a leading one. Clients
 * write backslashes and double slashes; percent signs mean themselves.
 */
export function plainName(asked: string): string | TftpRefusal {
  if (Buffer.byteLength(asked) > maxNameBytes) {
    return { refused: tftpErrors.illegalOperation, why: { code: 'name-too-long' } }
  }
  if (/\p{Cc}/u.test(asked)) return denied({ code: 'control-characters' })
  const segments = asked.split(/[/\\]/).filter(segment => segment !== '' && segment !== '.')
  if (segments.includes('..')) return denied({ code: 'path-climbs' })
  return segments.length > 0 ? segments.join('/') : notFound
}

const notFound: TftpRefusal = { refused: tftpErrors.notFound, why: { code: 'file-missing' } }

function denied(why: Reason): TftpRefusal {
  return { refused: tftpErrors.accessViolation, why }
}

function findFirst(places: FileLookup, names: readonly string[]): FdOrRefusal {
  let refusal = notFound
  for (const name of names) {
    const found = find(places, name)
    if (typeof found === 'number') return found
    if (found.refused !== tftpErrors.notFound) refusal = found
  }
  return refusal
}

/** The first root that has the file wins; a refusal counts only when no root has it. */
function find({ roots, allowedRoots = [] }: FileLookup, asked: string): FdOrRefusal {
  const name = plainName(asked)
  if (typeof name !== 'string') return name
  const real = [...roots, ...allowedRoots].map(realOrUndefined)
  const allowed = real.filter(root => root !== undefined)
  let refusal = notFound
  for (const root of real.slice(0, roots.length)) {
    if (root === undefined) continue
    const found = openInside(allowed, join(root, name))
    if (typeof found === 'number') return found
    if (found.refused !== tftpErrors.notFound) refusal = found
  }
  return refusal
}

function openInside(allowed: readonly string[], path: string): FdOrRefusal {
  try {
    const real = realpathSync.native(path)
    if (!isInside(allowed, real)) return denied({ code: 'leads-outside' })
    return openReal(real, held => isInside(allowed, held))
  } catch (error) {
    return refusalOf(error)
  }
}

function openReal(real: string, mayBe: (held: string) => boolean): FdOrRefusal {
  // Opening a FIFO or a device can block or do things, so the type is looked at before.
  if (!lstatSync(real).isFile()) return denied({ code: 'not-regular' })
  const fd = openSync(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  // Somebody may have exchanged a folder for a symlink since: what counts is what we hold.
  const held = heldBy(fd)
  if (held !== undefined && mayBe(held)) return fd
  closeQuietly(fd)
  return denied({ code: 'moved-meanwhile' })
}

/** Where the file of a descriptor lies; nothing for what is no file. */
function heldBy(fd: number): string | undefined {
  try {
    return fstatSync(fd).isFile() ? readlinkSync(`/proc/self/fd/${fd}`) : undefined
  } catch {
    return undefined
  }
}

function isInside(roots: readonly string[], path: string): boolean {
  return roots.some(root => path.startsWith(root.endsWith(sep) ? root : root + sep))
}

function realOrUndefined(path: string): string | undefined {
  try {
    return realpathSync.native(path)
  } catch {
    return undefined
  }
}

function refusalOf(error: unknown): TftpRefusal {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (/^(ENOENT|ENOTDIR|ENAMETOOLONG|ELOOP)$/.test(code)) return notFound
  if (/^(EACCES|EPERM)$/.test(code)) return denied({ code: 'may-not-be-read' })
  const message = `the file cannot be read (${code || error})`
  return { refused: tftpErrors.undefined, why: { code: 'file-refused', message } }
}

/** Files of the same version share what is in memory of them. */
function keep(cache: ChunkCache, fd: number): TftpFile {
  try {
    const version = versionOf(fd)
    return cache.open(version.key, version.size, sourceOf(fd, version.key))
  } catch (error) {
    closeQuietly(fd)
    throw error
  }
}

function sourceOf(fd: number, key: string): ChunkSource {
  return {
    async read(offset, length) {
      const bytes = Buffer.allocUnsafeSlow(length)
      for (let done = 0; done < length; ) {
        const { bytesRead } = await read(fd, bytes, done, length - done, offset + done)
        if (bytesRead === 0) throw new Error('the file became shorter')
        done += bytesRead
      }
      // Old blocks and new ones in one download would be a file that never existed.
      if (versionOf(fd).key !== key) throw new Error('the file changed')
      return bytes
    },
    close: () => closeQuietly(fd),
  }
}

function versionOf(fd: number): { key: string; size: number } {
  const { dev, ino, size, mtimeNs } = fstatSync(fd, { bigint: true })
  return { key: `${dev}:${ino}:${size}:${mtimeNs}`, size: Number(size) }
}

/** Closing can wait, on NFS: not for it. */
function closeQuietly(fd: number): void {
  close(fd, () => undefined)
}
