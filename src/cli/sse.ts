/** A message of a stream of server-sent events; `retry` is milliseconds. */
export interface SseMessage {
  readonly id?: string
  readonly data?: string
  readonly retry?: number
}

/**
 * Reads server-sent events (WHATWG HTML §9.2.6). Comments and unknown fields are skipped; a
 * message that the end of the stream cuts off is dropped.
 */
export async function* readSse(body: AsyncIterable<Uint8Array>): AsyncGenerator<SseMessage> {
  let fields: [string, string][] = []
  for await (const line of readLines(body)) {
    if (line !== '') {
      const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
      fields.push([name, value])
    } else if (fields.length > 0) {
      yield messageOf(fields)
      fields = []
    }
  }
}

function messageOf(fields: readonly (readonly [string, string])[]): SseMessage {
  const all = (name: string) => fields.filter(([key]) => key === name).map(([, value]) => value)
  const data = all('data')
  const id = all('id').at(-1)
  const retry = all('retry').findLast(text => /^\d+$/.test(text))
  return {
    ...(id !== undefined && { id }),
    ...(data.length > 0 && { data: data.join('\n') }),
    ...(retry !== undefined && { retry: Number(retry) }),
  }
}

async function* readLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true })
    // A CR at the very end may be the first half of CR LF.
    const lines = rest.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    yield* lines
  }
}
