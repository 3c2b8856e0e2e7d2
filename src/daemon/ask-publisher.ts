import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Catalogue } from '../pull/catalogue.ts'
import type { Source } from '../pull/download.ts'
import { orderOf } from '../pull/order.ts'
import { isReplaced } from '../pull/replaced.ts'
import { type ImageSource, readSums, sumsFile } from '../system/images.ts'

/** An image that was pulled, and how its publisher is asked. */
export interface PublisherQuestion {
  /** The folder of the image. */
  readonly folder: string
  readonly from: ImageSource
  readonly catalogue: Catalogue
  readonly mirror: string | undefined
  readonly source: Source
}

/**
 * Whether its publisher has replaced an image under the same version; undefined where nobody can tell.
 *
 * @throws PullError, or what the network says
 */
export async function askPublisher(question: PublisherQuestion): Promise<boolean | undefined> {
  const { folder, from, catalogue, mirror, source } = question
  const { name, version, arch, tags = {} } = from
  const order = orderOf(catalogue, { what: `${name}@${version}`, arch, mirror })
  const work = await mkdtemp(join(folder, '../.asked-'))
  try {
    return await isReplaced(order, { sums: readSums(join(folder, sumsFile)), tags }, source, work)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}
