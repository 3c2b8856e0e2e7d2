import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { readMedia } from '../config/media.ts'
import type { Catalogue } from '../pull/catalogue.ts'
import { dispatcherOf } from '../pull/download.ts'
import { mirrorOf } from '../pull/order.ts'
import { type ImageSource, listImages } from '../system/images.ts'
import { askPublisher } from './ask-publisher.ts'

/** What publishers said when they were asked last; nobody is asked by itself. */
export interface ImageNews {
  /** Asks the publishers of all images that were pulled; returns a sentence for each that cannot be told. */
  ask(): Promise<string[]>
  /** Whether an image was replaced under the same version; undefined where that is not known. */
  isReplaced(source: ImageSource): boolean | undefined
}

/** Milliseconds for a publisher that does not answer. */
const patience = 10_000

export function createImageNews(config: () => Config, catalogue: () => Catalogue): ImageNews {
  const said = new Map<string, boolean>()
  const keyOf = ({ name, at }: ImageSource) => `${name} ${at}`
  return {
    async ask() {
      const { assets, mirror, proxy } = config()
      const how = { dispatcher: dispatcherOf(proxy), progress: () => {}, patience }
      const unknown: string[] = []
      for (const { folder, source: from } of listImages(join(assets, 'images'), readMedia)) {
        if (!from) continue
        try {
          const of = { mirror: mirrorOf(from.name, mirror), source: how }
          const question = { folder, from, catalogue: catalogue(), ...of }
          const is = await askPublisher(question)
          if (is === undefined) unknown.push(`${from.name}: its publisher tells nothing to compare`)
          else said.set(keyOf(from), is)
        } catch (error) {
          unknown.push(`${from.name}: ${(error as Error).message}`)
        }
      }
      return unknown
    },
    isReplaced: source => said.get(keyOf(source)),
  }
}
