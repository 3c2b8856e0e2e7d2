import { join, resolve } from 'node:path'
import { readMedia } from '../../config/media.ts'
import { createImageNews } from '../../daemon/image-news.ts'
import { type Catalogue, PullError } from '../../pull/catalogue.ts'
import { newerVersion } from '../../pull/newer.ts'
import { readCatalogue } from '../../pull/ours.ts'
import { type Image, type ImageSource, listImages } from '../../system/images.ts'
import { exit, Failure, type Io } from '../io.ts'
import { runParsed } from '../run-parsed.ts'
import { formatTable, screenOf } from '../table.ts'
import { readConfig } from './pull.ts'
import { outdatedSpec as spec } from './specs.ts'

const columns = [
  { title: 'NAME' },
  { title: 'HERE' },
  { title: 'CATALOGUE' },
  { title: 'FETCHED', leave: 1 },
] as const

/** `bootwright outdated`: pulled images of which the catalogue has a newer version. */
export function run(argv: readonly string[], io: Io): Promise<number> {
  return runParsed(spec, argv, io, async ({ values }) => {
    const own = values.text('catalogue')
    const catalogue = catalogueOf(own && resolve(own))
    const config = readConfig(values.text('config') ?? 'bootwright.yaml')
    const pulled = listImages(join(config.assets, 'images'), readMedia).filter(isPulled)
    if (pulled.length === 0) io.stderr.write('no image was pulled here: `bootwright pull NAME`\n')
    const news = createImageNews(
      () => config,
      () => catalogue,
    )
    const unknown = values.has('ask') ? await news.ask() : []
    const rows = pulled.map(({ source }) => ({
      source,
      newer: newerOf(source, catalogue),
      replaced: news.isReplaced(source),
    }))
    if (values.has('json')) {
      const told = rows.map(
        ({ source: { tags: _, ...source }, newer = null, replaced = null }) => ({
          ...{ ...source, newer, replaced },
        }),
      )
      io.stdout.write(`${JSON.stringify({ images: told }, null, 2)}\n`)
    } else if (rows.length > 0) {
      const cells = rows.map(({ source, newer, replaced }) => [
        source.name,
        source.version,
        newer ??
          (replaced ? 'replaced' : undefined) ??
          (Object.hasOwn(catalogue, source.name) ? '-' : 'not in it'),
        source.at.slice(0, 10),
      ])
      io.stdout.write(formatTable(columns, cells, screenOf(io)))
    }
    for (const sentence of unknown) io.stderr.write(`${sentence}\n`)
    const old = rows.filter(({ newer, replaced }) => newer !== undefined || replaced)
    for (const { source, newer } of old) {
      const which = newer === undefined ? `${source.name}@${source.version}` : source.name
      io.stderr.write(`next: bootwright pull ${which}\n`)
    }
    return old.length > 0 || unknown.length > 0 ? exit.no : exit.done
  })
}

function catalogueOf(own: string | undefined): Catalogue {
  try {
    return readCatalogue(own)
  } catch (error) {
    if (error instanceof PullError) throw new Failure(error.message, exit.no)
    throw error
  }
}

function isPulled(image: Image): image is Image & { readonly source: ImageSource } {
  return image.source !== undefined
}

function newerOf({ name, version }: ImageSource, catalogue: Catalogue): string | undefined {
  const entry = Object.hasOwn(catalogue, name) ? catalogue[name] : undefined
  return entry && newerVersion(entry, version)
}
