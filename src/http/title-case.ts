import { type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from 'node:http'

type Value = number | string | readonly string[]
type HeaderBlock = OutgoingHttpHeaders | OutgoingHttpHeader[]

/** Names whose usual spelling is not their Title-Case. */
const spellings: Readonly<Record<string, string>> = { etag: 'ETag' }

/** `content-length` as `Content-Length`; `etag` as `ETag`. */
export function titleCase(name: string): string {
  const lower = name.toLowerCase()
  return spellings[lower] ?? lower.replace(/(^|-)[a-z]/g, start => start.toUpperCase())
}

/**
 * A response whose header names go out in Title-Case, however the code spelled them. fastify writes
 * them in lower case, while GRUB's `http` and `efi/http` modules and shim before 2021-09 look for
 * `Content-Length: ` case by case. For `http.createServer({ ServerResponse: TitleCaseResponse })`.
 */
export class TitleCaseResponse extends ServerResponse {
  override setHeader(name: string, value: Value): this {
    return super.setHeader(titleCase(name), value)
  }

  override appendHeader(name: string, value: string | readonly string[]): this {
    return super.appendHeader(titleCase(name), value)
  }

  override writeHead(status: number, headers?: HeaderBlock): this
  override writeHead(status: number, message?: string, headers?: HeaderBlock): this
  override writeHead(status: number, second?: string | HeaderBlock, third?: HeaderBlock): this {
    if (typeof second === 'string') return super.writeHead(status, second, titleCaseBlock(third))
    return super.writeHead(status, titleCaseBlock(second ?? third))
  }
}

/** Header blocks come as an object, as a flat list of names and values, or as a list of pairs. */
function titleCaseBlock(block: HeaderBlock | undefined): HeaderBlock | undefined {
  if (block === undefined) return undefined
  if (!Array.isArray(block)) {
    return Object.fromEntries(
      Object.entries(block).map(([name, value]) => [titleCase(name), value]),
    )
  }
  if (Array.isArray(block[0])) return block.map(retitled)
  return block.map((part, index) => (index % 2 === 0 ? titleCase(String(part)) : part))
}

function retitled(pair: OutgoingHttpHeader): OutgoingHttpHeader {
  if (!Array.isArray(pair)) return pair
  const [name = '', ...values] = pair
  return [titleCase(name), ...values]
}
