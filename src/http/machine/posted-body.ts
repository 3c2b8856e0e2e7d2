import type { Readable } from 'node:stream'
import type { Reason } from '../../boot/reason.ts'
import { Refusal } from '../problem.ts'

export type Fields = Readonly<Record<string, unknown>>

/** The beginning of a body, and the bytes that all of it had. */
export interface RawBody {
  readonly bytes: Buffer
  readonly size: number
}

/** What a machine posted, as far as it is kept. */
export interface PostedBody {
  readonly fields: Fields
  /** It is neither JSON nor a form of a program: a log, of which this is the last line. */
  readonly lastLine?: string
  /** It was cut, and what is left of it cannot be read. */
  readonly tooLong?: true
  /** What was not kept of it. */
  readonly left?: Reason
}

/** Bytes of a body that are looked at, and that are waited for: who sends a log wants to get rid of it. */
const longestKept = 256 * 1024
const longestHeard = 64 * 1024 * 1024
/** Fields of a form. */
const mostFields = 100

/** Reads a body to its end and keeps its beginning. Throws Refusal (413) for one without an end. */
export async function readBody(stream: Readable): Promise<RawBody> {
  const kept: Buffer[] = []
  let size = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (size < longestKept) kept.push(chunk.subarray(0, longestKept - size))
    size += chunk.length
    if (size > longestHeard) throw new Refusal(413, 'a body has at most 64 MiB')
  }
  return { bytes: Buffer.concat(kept), size }
}

/** Reads JSON, a form or `multipart/form-data`, whatever it is called; of anything else the last line. */
export async function readPosted(type: string, { bytes, size }: RawBody): Promise<PostedBody> {
  if (size === 0) return { fields: {} }
  const isCut = size > bytes.length
  if (/^multipart\/form-data\b.*\bboundary=/i.test(type)) {
    const parts = await readParts(type, bytes, isCut)
    if (parts) return parts
  }
  const text = bytes.toString('utf8')
  if (/^\s*[{[]/.test(text) || type.includes('json')) {
    if (!isCut) return { fields: objectOf(parseJson(text)) ?? {} }
    return { fields: {}, tooLong: true, left: { code: 'body-not-kept', bytes: size } }
  }
  return { ...readForm(text, isCut), ...lineOfLog(text, size) }
}

/** busybox wget posts forms without a content type, curl calls everything a form. */
function readForm(text: string, isCut: boolean): Pick<PostedBody, 'fields' | 'left'> {
  const pairs = text.split('&', mostFields + 1)
  const fields = Object.fromEntries(new URLSearchParams(pairs.slice(0, mostFields).join('&')))
  if (pairs.length > mostFields) {
    return { fields, left: { code: 'form-too-long', most: mostFields } }
  }
  return isCut ? { fields, left: { code: 'form-cut' } } : { fields }
}

/** Programs encode spaces and line ends in their forms; a log has them as they are, or no field at all. */
function lineOfLog(text: string, size: number): Pick<PostedBody, 'lastLine' | 'left'> {
  const body = text.trimEnd()
  if (!/[\s\0]/.test(body) && /^[^=&]{1,200}=/.test(body)) return {}
  const lastLine = body.slice(body.lastIndexOf('\n') + 1).slice(-4096)
  return { lastLine, left: { code: 'text-not-kept', bytes: size } }
}

/** Undefined where it is not what it is called. Files that came with it are not kept. */
async function readParts(
  type: string,
  bytes: Buffer,
  isCut: boolean,
): Promise<PostedBody | undefined> {
  const boundary = /\bboundary="?([^";]+)/i.exec(type)?.[1]
  // What was cut ends here, for the reader.
  const whole = isCut ? Buffer.concat([bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]) : bytes
  try {
    const response = new Response(Uint8Array.from(whole), { headers: { 'content-type': type } })
    const all = [...(await response.formData())]
    const fields = Object.fromEntries(all.slice(0, mostFields).filter(isText))
    const files = all.filter(part => !isText(part)).length
    if (files > 0) return { fields, left: { code: 'files-not-kept' } }
    const isLess = isCut || all.length > mostFields
    return isLess ? { fields, left: { code: 'form-cut' } } : { fields }
  } catch {
    return undefined
  }
}

function isText(part: readonly [string, unknown]): part is [string, string] {
  return typeof part[1] === 'string'
}

/** Text that is no JSON is undefined. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** An object, or JSON text of one. */
export function objectOf(value: unknown): Fields | undefined {
  const object = typeof value === 'string' ? parseJson(value) : value
  if (typeof object !== 'object' || object === null || Array.isArray(object)) return undefined
  return object as Fields
}
