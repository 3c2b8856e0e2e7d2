import type { IncomingHttpHeaders } from 'node:http'

/** What is known of a file's version, as far as a client can ask about it. */
export interface FileVersion {
  /** Bytes. */
  readonly size: number
  /** A strong validator with its quotes. */
  readonly etag: string
  /** Epoch milliseconds; undefined when the file's date says nothing about its version. */
  readonly lastModified: number | undefined
}

/** What to answer: the bytes from `from` up to, not including, `to`, behind these headers. */
export interface ConditionalAnswer {
  readonly status: 200 | 206 | 304 | 412 | 416
  readonly from: number
  readonly to: number
  readonly headers: Readonly<Record<string, string>>
}

/** The parts of a file's status that tell one version from the next (`fs.BigIntStats`). */
export interface FileStatus {
  readonly size: bigint
  readonly mtimeNs: bigint
  readonly ino: bigint
}

/**
 * The version of a file by size, modification time and inode: the same after a restart, another one
 * when the file was replaced or written to. Every file of a Nix store is dated 1 s after the epoch,
 * so that date would call two images the same: such files have no date, only an ETag.
 */
export function versionOf({ size, mtimeNs, ino }: FileStatus): FileVersion {
  const etag = `"${size.toString(16)}-${mtimeNs.toString(16)}-${ino.toString(16)}"`
  const milliseconds = Number(mtimeNs / 1_000_000n)
  return { size: Number(size), etag, lastModified: milliseconds > 1000 ? milliseconds : undefined }
}

/** Tells the versions of all files apart, also of different disks. */
export function versionKey(status: FileStatus & { readonly dev: bigint }): string {
  return `${status.dev}/${versionOf(status).etag}`
}

/** The answer to a GET or HEAD with these headers: conditions first (RFC 9110 §13.2.2), then range. */
export function selectBytes(
  method: string,
  headers: IncomingHttpHeaders,
  file: FileVersion,
): ConditionalAnswer {
  const failed = failedCondition(headers, file)
  if (failed) return nothing(failed, describe(file))

  const { size } = file
  const range = method === 'GET' && mayUseRange(headers, file) ? headers.range : undefined
  const part = range === undefined ? 'whole' : readRange(range, size)
  if (part === 'outside') {
    return nothing(416, { ...describe(file), 'Content-Range': `bytes */${size}` })
  }
  if (part === 'whole') return bytes(200, 0, size, describe(file))
  return bytes(206, part.from, part.to, {
    ...describe(file),
    'Content-Range': `bytes ${part.from}-${part.to - 1}/${size}`,
  })
}

/**
 * Reads a `Range` header (RFC 9110 §14.1.2). One range of bytes is cut to the size. `outside` has no
 * byte of the file. What we cannot or need not honour (other units, broken, several ranges) is
 * `whole`: the header is ignored.
 */
export function readRange(
  header: string,
  size: number,
): { from: number; to: number } | 'whole' | 'outside' {
  const match = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header)
  if (!match) return 'whole'
  const [, first = '', last = ''] = match
  if (first === '') {
    if (last === '') return 'whole'
    const suffix = Number(last)
    if (suffix === 0) return 'outside'
    // A suffix of an empty file is satisfiable, but no Content-Range could name it.
    return size === 0 ? 'whole' : { from: Math.max(0, size - suffix), to: size }
  }
  const from = Number(first)
  const to = last === '' ? size : Math.min(size, Number(last) + 1)
  if (last !== '' && Number(last) < from) return 'whole'
  return from >= size ? 'outside' : { from, to }
}

/** Reads an HTTP date in its three spellings (RFC 9110 §5.6.7) as epoch milliseconds. */
export function parseHttpDate(text: string): number | undefined {
  if (!httpDate.test(text)) return undefined
  const time = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`)
  return Number.isNaN(time) ? undefined : time
}

const httpDate =
  /^(?:[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT|[A-Z][a-z]{5,8}, \d\d-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d GMT|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})$/

function failedCondition(headers: IncomingHttpHeaders, file: FileVersion): 304 | 412 | undefined {
  const match = headers['if-match']
  const noneMatch = headers['if-none-match']
  if (match !== undefined) {
    if (!listHas(match, file.etag, 'strong')) return 412
  } else if (changedSince(headers['if-unmodified-since'], file) === true) {
    return 412
  }
  if (noneMatch !== undefined) return listHas(noneMatch, file.etag, 'weak') ? 304 : undefined
  return changedSince(headers['if-modified-since'], file) === false ? 304 : undefined
}

/** Undefined: no date to compare, or none that we can read, which counts as no condition. */
function changedSince(header: string | undefined, file: FileVersion): boolean | undefined {
  const since = header === undefined ? undefined : parseHttpDate(header)
  if (since === undefined || file.lastModified === undefined) return undefined
  return wholeSeconds(file.lastModified) > since
}

/** `If-Range` (RFC 9110 §13.1.5): the range counts only for the version that the client has. */
function mayUseRange(headers: IncomingHttpHeaders, file: FileVersion): boolean {
  const condition = headers['if-range']
  if (condition === undefined) return true
  if (typeof condition !== 'string') return false
  if (condition.startsWith('"')) return condition === file.etag
  if (file.lastModified === undefined) return false
  return parseHttpDate(condition) === wholeSeconds(file.lastModified)
}

/** Whether a list of entity tags names this one. Weak tags never match strongly (§8.8.3.2). */
function listHas(list: string, etag: string, comparison: 'strong' | 'weak'): boolean {
  if (list.trim() === '*') return true
  const tags = list.match(/(?:W\/)?"[^"]*"/g) ?? []
  return tags.some(tag => tag === etag || (comparison === 'weak' && tag === `W/${etag}`))
}

function wholeSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000
}

function describe({ etag, lastModified }: FileVersion): Record<string, string> {
  const date = lastModified === undefined ? undefined : new Date(lastModified).toUTCString()
  return { ETag: etag, ...(date && { 'Last-Modified': date }), 'Accept-Ranges': 'bytes' }
}

function nothing(status: 304 | 412 | 416, headers: Record<string, string>): ConditionalAnswer {
  return { status, from: 0, to: 0, headers }
}

function bytes(
  status: 200 | 206,
  from: number,
  to: number,
  headers: Record<string, string>,
): ConditionalAnswer {
  return { status, from, to, headers: { ...headers, 'Content-Length': String(to - from) } }
}
