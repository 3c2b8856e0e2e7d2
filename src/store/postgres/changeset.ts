import type { SQLOutputValue } from 'node:sqlite'

/** What became of one row, in the order of the table's columns. */
export interface RowChange {
  readonly table: string
  readonly kind: 'insert' | 'update' | 'delete'
  /** Undefined where an update leaves the column, but for the primary key. */
  readonly values: readonly (SQLOutputValue | undefined)[]
}

const operations: Readonly<Record<number, RowChange['kind']>> = {
  18: 'insert',
  23: 'update',
  9: 'delete',
}

/**
 * Reads a changeset as SQLite's session extension writes it (sqlite.org/session/changesetIter.html and the
 * comment before `struct SessionBuffer` of sqlite3session.c). Throws RangeError where it is cut.
 */
export function* readChangeset(bytes: Uint8Array): Generator<RowChange> {
  const reader = createReader(bytes)
  let table = ''
  let keys: readonly boolean[] = []
  while (!reader.atEnd()) {
    const byte = reader.byte()
    if (byte === 0x54) {
      const columns = reader.varint()
      keys = Array.from({ length: columns }, () => reader.byte() !== 0)
      table = reader.name()
      continue
    }
    const kind = operations[byte]
    if (kind === undefined) throw new RangeError(`a changeset with an operation ${byte}`)
    // Whether the change came of a foreign key.
    reader.byte()
    const record = () => keys.map(() => reader.value())
    const first = record()
    if (kind !== 'update') yield { table, kind, values: first }
    else {
      const second = record()
      yield { table, kind, values: second.map((value, n) => (keys[n] ? first[n] : value)) }
    }
  }
}

/** Longest varint of SQLite; its last byte counts whole. */
const longestVarint = 9

function createReader(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const text = new TextDecoder()
  let at = 0
  const skip = (length: number) => {
    at += length
    return at - length
  }
  function varint(): number {
    let value = 0
    for (let n = 1; n <= longestVarint; n++) {
      const byte = view.getUint8(skip(1))
      if (n === longestVarint) return value * 256 + byte
      value = value * 128 + (byte & 0x7f)
      if (byte < 0x80) break
    }
    return value
  }
  const blob = () => {
    const length = varint()
    if (at + length > bytes.length) throw new RangeError('a changeset that is cut')
    return bytes.subarray(skip(length), at)
  }
  return {
    atEnd: () => at >= bytes.length,
    byte: () => view.getUint8(skip(1)),
    varint,
    name(): string {
      const end = bytes.indexOf(0, at)
      const name = text.decode(bytes.subarray(at, end))
      at = end + 1
      return name
    },
    value(): SQLOutputValue | undefined {
      switch (view.getUint8(skip(1))) {
        case 1:
          return Number(view.getBigInt64(skip(8)))
        case 2:
          return view.getFloat64(skip(8))
        case 3:
          return text.decode(blob())
        case 4:
          return blob().slice()
        case 5:
          return null
        default:
          return undefined
      }
    },
  }
}
