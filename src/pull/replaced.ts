import { headOf, type Source } from './download.ts'
import type { Order } from './order.ts'
import { sumIn } from './sums.ts'
import { trustedList } from './verified-files.ts'

/** What was fetched of an image. */
export interface PulledBytes {
  /** sha256 by the name of the file. */
  readonly sums: ReadonlyMap<string, string>
  /** By URL: what its server called these bytes then. */
  readonly tags: Readonly<Record<string, string>>
}

/**
 * Whether a publisher has replaced files under the names that were fetched, by its list of checksums, else by the tags
 * of its server (which differ also where another mirror answers). Undefined: neither tells. No file is fetched; lists
 * go through `folder`.
 *
 * @throws PullError where a list cannot be had or verified, or what the network says
 */
export async function isReplaced(
  { lists = [], files }: Order,
  { sums, tags }: PulledBytes,
  source: Source,
  folder: string,
): Promise<boolean | undefined> {
  const list = (await trustedList(lists, { kind: 'web', source }, folder)) ?? ''
  let isKnown = true
  for (const [name, file] of Object.entries(files)) {
    const sum = file.sha256 ?? (file.in === undefined ? undefined : sumIn(list, file.in))
    const here = sums.get(name)
    const isBySum = sum !== undefined && here !== undefined
    const [now, then] = isBySum
      ? [sum, here]
      : [(await headOf(file.url, source)).tag, tags[file.url]]
    if (now === undefined || then === undefined) isKnown = false
    else if (now !== then) return true
  }
  return isKnown ? false : undefined
}
