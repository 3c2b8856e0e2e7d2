import type { ServerResponse } from 'node:http'

/** Resolves when more may be written, or nothing ever again. */
export async function drained(out: ServerResponse): Promise<void> {
  if (!out.writableNeedDrain || out.destroyed) return new Promise(resolve => setImmediate(resolve))
  await new Promise<void>(resolve => {
    out.once('drain', resolve)
    out.once('close', resolve)
  })
}
