import { basename, dirname, join } from 'node:path'
import { stringify } from 'yaml'
import type { CatalogueRow, DiscRow, ImageRow, PullRow } from '../../api/images.ts'
import type { Profile } from '../../boot/host.ts'
import { sentenceOf } from '../../boot/words/reason.ts'
import type { Config } from '../../config/config.ts'
import { readMedia } from '../../config/media.ts'
import type { Actor } from '../../http/api/guard.ts'
import type { ImagesDeps } from '../../http/api/images-route.ts'
import { Refusal } from '../../http/problem.ts'
import { type Catalogue, PullError } from '../../pull/catalogue.ts'
import { knownVersions, newerVersion, usualVersion } from '../../pull/newer.ts'
import { orderOf } from '../../pull/order.ts'
import {
  type Image,
  type ImageSource,
  imageBytes,
  listImages,
  readImage,
} from '../../system/images.ts'
import type { Published } from '../../system/published.ts'
import { type Disc, DiscError } from '../discs.ts'
import { createImageNews, type ImageNews } from '../image-news.ts'
import type { HttpParts } from '../parts.ts'
import type { Pull } from '../pulls.ts'
import { did } from './deeds.ts'
import { diskImageRows } from './disk-images.ts'

/** The images that are there, and those that can be had. */
export function imagesDeps(parts: HttpParts): ImagesDeps {
  const { world, published, pulls } = parts
  const news = createImageNews(world.config, pulls.catalogue)
  return {
    images: () => imageViews(world.config(), published, pulls.catalogue(), news),
    disks: () => diskImageRows(world.config()),
    ask: news.ask,
    pulls: () => pulls.list().map(pullRow),
    catalogue: () => catalogueRows(pulls.catalogue()),
    begin(what, arch, actor) {
      try {
        const pull = pulls.begin(what, arch)
        const text = `asked for the image ${pull.name} ${pull.version} for ${pull.arch}`
        did(actor, { action: 'pull', text, hosts: [] }, parts)
        return pullRow(pull)
      } catch (error) {
        if (error instanceof PullError) throw new Refusal(409, error.message, 'body')
        throw error
      }
    },
    async endPull(name, actor) {
      const was = await pulls.cancel(name)
      if (was) did(actor, { action: 'pull', text: `ended the pull of ${name}`, hosts: [] }, parts)
      return was
    },
    discs: discDeps(parts),
    committed: parts.memory.committedHere,
  }
}

function discDeps(parts: HttpParts): ImagesDeps['discs'] {
  const { discs } = parts
  const refused = (error: unknown): never => {
    if (!(error instanceof DiscError)) throw error
    throw new Refusal(error.found ? 409 : 404, error.message)
  }
  const tell = (actor: Actor, text: string) =>
    did(actor, { action: 'import', text, hosts: [] }, parts)
  return {
    list: () => discs.list().map(discRow),
    begin({ replace = false, ...offer }, actor) {
      try {
        const disc = discs.begin({ ...offer, replace })
        tell(actor, `began to bring ${disc.file} for the image ${disc.name}`)
        return discRow(disc)
      } catch (error) {
        return refused(error)
      }
    },
    add: async (name, at, content) => discRow(await discs.add(name, at, content).catch(refused)),
    async end(name, actor) {
      const was = await discs.cancel(name)
      if (was) tell(actor, `ended the disc of the image ${name}`)
      return was
    },
  }
}

function discRow({ problem, profile, ...disc }: Disc): DiscRow {
  return { ...disc, problem: problem ?? null, profile: profile ?? null }
}

function pullRow({ problem, ...pull }: Pull): PullRow {
  return { ...pull, problem: problem ?? null }
}

function catalogueRows(catalogue: Catalogue): CatalogueRow[] {
  return Object.entries(catalogue).map(([name, entry]) => {
    const usual = usualVersion(entry) ?? null
    return {
      ...{ name, title: entry.title, versions: knownVersions(entry), usual },
      any: (entry.versions as Record<string, unknown>).any === true,
      archs: Object.keys(entry.archs),
      profile: profileOf(name, usual ?? 'VERSION', catalogue),
    }
  })
}

function profileOf(name: string, version: string, catalogue: Catalogue): string {
  const { profile } = orderOf(catalogue, { what: `${name}@${version}` })
  return stringify({ [name]: profile }, { lineWidth: 0 })
}

/** The images in `assets`, and those elsewhere that profiles name. */
function imageViews(
  config: Config,
  { publishTogether }: Published,
  catalogue: Catalogue,
  news: ImageNews,
): ImageRow[] {
  const sourceOf = (image: ImageSource) => {
    const { tags: _, packages = [], ...source } = image
    const entry = Object.hasOwn(catalogue, source.name) ? catalogue[source.name] : undefined
    const newer = (entry && newerVersion(entry, source.version)) ?? null
    const built = { packages: [...packages] }
    return { ...source, newer, replaced: news.isReplaced(image) ?? null, ...built }
  }
  const parent = join(config.assets, 'images')
  const elsewhere = new Set(
    [...config.profiles.values()]
      .filter(({ kind }) => kind === undefined)
      .map(folderOf)
      .filter(folder => dirname(folder) !== parent),
  )
  const images = [
    ...listImages(parent, readMedia),
    ...[...elsewhere].sort().flatMap(folder => readImage(folder, readMedia) ?? []),
  ]
  return images.map(image => {
    const inside = dirname(image.folder) === parent
    return {
      name: inside ? basename(image.folder) : image.folder,
      path: image.folder,
      form: image.form,
      bytes: imageBytes(image),
      kernel: { name: image.kernel.name, version: image.kernel.version ?? null },
      init: image.init ?? null,
      script: scriptOf(image, publishTogether),
      problem: image.problem ? sentenceOf(image.problem) : null,
      profiles: [...config.profiles.values()]
        .filter(profile => folderOf(profile) === image.folder)
        .map(({ name }) => name),
      source: image.source ? sourceOf(image.source) : null,
      files: image.files.map(file => ({ ...file, sha256: file.sha256 ?? null })),
    }
  })
}

function folderOf({ media, kernel }: Profile): string {
  return media?.folder ?? dirname(kernel)
}

/** Where the netboot.ipxe is served as it came, beside its kernel and initrd. */
function scriptOf(
  { form, media }: Image,
  publishTogether: Published['publishTogether'],
): string | null {
  if (form !== 'nixos' || !media) return null
  return publishTogether([media.kernel, media.initrd, media.told])?.[2]?.url ?? null
}
