import { type Catalogue, PullError } from './catalogue.ts'
import { headOf, type Source } from './download.ts'
import { type Order, orderOf } from './order.ts'
import { sumIn } from './sums.ts'
import { trustedList } from './verified-files.ts'

/** An entry of a catalogue as its publisher has it now: undefined is good, else a sentence. */
export interface EntryCheck {
  readonly what: string
  readonly problem: string | undefined
}

/** Tries every version and arch that is written down: lists are fetched and verified, of files the head is asked for. */
export async function* checkCatalogue(
  catalogue: Catalogue,
  source: Source,
  folder: string,
): AsyncGenerator<EntryCheck> {
  for (const [name, { versions, archs }] of Object.entries(catalogue)) {
    const written = Object.entries(versions).flatMap(([version, words]) =>
      typeof words === 'object' ? [version] : [],
    )
    if (written.length === 0) yield { what: name, problem: 'has no version written down' }
    for (const version of written) {
      for (const arch of Object.keys(archs)) {
        const order = orderOf(catalogue, { what: `${name}@${version}`, arch })
        yield {
          what: `${name}@${version} ${arch}`,
          problem: await problemOf(order, source, folder),
        }
      }
    }
  }
}

async function problemOf(order: Order, source: Source, folder: string) {
  try {
    const list = await trustedList(order.lists ?? [], { kind: 'web', source }, folder)
    for (const file of Object.values(order.files)) {
      if (file.in !== undefined && sumIn(list ?? '', file.in) === undefined) {
        return `${file.in} is not in the publisher's list of checksums`
      }
      for (const url of [file.url, ...(file.signature === undefined ? [] : [file.signature])]) {
        const { status } = await headOf(url, source)
        if (status !== 200) return `${url} answers ${status}`
      }
    }
    return undefined
  } catch (error) {
    if (error instanceof PullError) return error.message
    return (error as Error).message
  }
}
