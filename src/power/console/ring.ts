import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { ConsoleOwner, ConsolePart } from '../../boot/console.ts'

/** The last bytes of a console, on disk. Places are counted from its first byte ever. */
export interface ConsoleRing {
  /** Throws when the disk takes no more; then nothing, or less than all, is kept. */
  append(bytes: Uint8Array, owner?: ConsoleOwner): void
  /** At most so many bytes from a place on, or from the first that is kept; fewer where another piece begins. */
  read(from: number, most: number): { readonly from: number; readonly bytes: Uint8Array }
  begin(): number
  end(): number
  /** Whose the bytes are, oldest first. */
  parts(): ConsolePart[]
  close(): void
}

/** One of its files: it has the place of its first byte and its owner as name, and grows at its end. */
interface RingPiece {
  readonly file: string
  readonly from: number
  readonly owner?: ConsoleOwner
  size: number
}

/** The oldest piece goes as a whole, so that at least seven eighths of the bound are there. */
const pieces = 8
/** Each boot begins a piece of its own. */
const mostPieces = 64

/** The ring of one host in a folder of its own, which is made with its first byte. `bound` is bytes. */
export function openRing(folder: string, bound: () => number): ConsoleRing {
  const kept = piecesIn(folder)
  let writing: { readonly piece: RingPiece; readonly fd: number } | undefined
  const end = () => endOf(kept.at(-1))
  const close = () => {
    if (writing) closeSync(writing.fd)
    writing = undefined
  }
  const drop = () => {
    while (kept.length > 1 && (sizeOf(kept) > bound() || kept.length > mostPieces)) {
      const [oldest] = kept.splice(0, 1)
      if (oldest) rmSync(oldest.file, { force: true })
    }
  }
  const pieceFor = (owner: ConsoleOwner | undefined) => {
    const last = kept.at(-1)
    const fits = last && last.size < bound() / pieces && isSame(last.owner, owner)
    if (fits && writing?.piece === last) return writing
    close()
    const piece = fits ? last : newPiece(folder, end(), owner)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writing = { piece, fd: openSync(piece.file, 'a', 0o600) }
    if (!fits) kept.push(piece)
    return writing
  }
  return {
    append(bytes, owner) {
      for (let at = 0; at < bytes.length; ) {
        const { piece, fd } = pieceFor(owner)
        const room = Math.max(1, Math.ceil(bound() / pieces) - piece.size)
        const written = writeSync(fd, bytes, at, Math.min(room, bytes.length - at))
        piece.size += written
        at += written
        drop()
      }
    },
    read(from, most) {
      const piece = kept.find(one => endOf(one) > from)
      if (!piece) return { from: Math.min(from, end()), bytes: new Uint8Array() }
      const first = Math.max(from, piece.from)
      return { from: first, bytes: bytesOf(piece, first - piece.from, most) }
    },
    begin: () => kept[0]?.from ?? 0,
    end,
    parts: () => partsOf(kept),
    close,
  }
}

function piecesIn(folder: string): RingPiece[] {
  return namesIn(folder)
    .sort()
    .flatMap(name => {
      const [, from, install, attempt] = /^(\d{15})(?:\.([\w-]+)\.(\d+))?$/.exec(name) ?? []
      if (from === undefined) return []
      const file = join(folder, name)
      const owner = install === undefined ? undefined : { install, attempt: Number(attempt) }
      return [{ file, from: Number(from), size: statSync(file).size, ...(owner && { owner }) }]
    })
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw error
  }
}

function newPiece(folder: string, from: number, owner: ConsoleOwner | undefined): RingPiece {
  const whose = owner ? `.${owner.install}.${owner.attempt}` : ''
  const file = join(folder, `${String(from).padStart(15, '0')}${whose}`)
  return { file, from, size: 0, ...(owner && { owner }) }
}

/** A piece that is gone, by somebody else's hand, has no bytes. */
function bytesOf({ file, size }: RingPiece, at: number, most: number): Uint8Array {
  const bytes = new Uint8Array(Math.min(most, size - at))
  try {
    const fd = openSync(file, 'r')
    try {
      return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, at))
    } finally {
      closeSync(fd)
    }
  } catch {
    return new Uint8Array()
  }
}

function partsOf(kept: readonly RingPiece[]): ConsolePart[] {
  const parts: ConsolePart[] = []
  for (const piece of kept) {
    const last = parts.at(-1)
    const { owner, from } = piece
    const to = endOf(piece)
    if (from === to) continue
    if (last && isSame(last.owner, owner)) parts[parts.length - 1] = { ...last, to }
    else parts.push({ from, to, ...(owner && { owner }) })
  }
  return parts
}

function endOf(piece: RingPiece | undefined): number {
  return piece ? piece.from + piece.size : 0
}

function sizeOf(kept: readonly RingPiece[]): number {
  return kept.reduce((sum, { size }) => sum + size, 0)
}

function isSame(one: ConsoleOwner | undefined, other: ConsoleOwner | undefined): boolean {
  return one?.install === other?.install && one?.attempt === other?.attempt
}
