import { createHash } from 'node:crypto'
import { realpathSync, statSync } from 'node:fs'
import { basename, relative, sep } from 'node:path'
import { type Asset, assetVersion, type PublishedFile } from '../boot/install.ts'

/** The files that the config names, under URLs of our own. */
export interface Published {
  /** The asset of an absolute path as it is now; undefined when there is no such file. */
  publish(path: string): Asset | undefined
  /**
   * Assets that are good only together, such as a kernel and the script that names its init: side by
   * side under one URL. Undefined when one of them is missing.
   */
  publishTogether(paths: readonly string[]): readonly Asset[] | undefined
  /** Takes an asset of an earlier run back into service. */
  again(asset: Asset): void
  /** What lies behind `/assets/@ID/NAME`. */
  file(id: string, name: string): PublishedFile | undefined
}

/**
 * A file that lies in the assets folder itself keeps its path there, readable for people. One that a
 * symlink leads to (a nix-build result) is served by where it really lies and by its version: when the
 * link moves on to a new build, machines that boot the old one still get the old files, and never the
 * new ones.
 */
export function createPublished(assets: string): Published {
  const files = new Map<string, PublishedFile>()

  const urlFor = (id: string, name: string, { path, version }: PublishedFile): string => {
    files.set(`${id}/${name}`, { path, version })
    return `/assets/@${id}/${encodeURIComponent(name)}`
  }

  const urlOf = (file: PublishedFile): string => {
    const root = realOf(assets)
    const inside = root === undefined ? '..' : relative(root, file.path)
    if (!inside.startsWith('..') && !inside.startsWith(sep)) {
      return `/assets/${inside.split(sep).map(encodeURIComponent).join('/')}`
    }
    return urlFor(idOf([file]), basename(file.path), file)
  }

  return {
    publish(path) {
      const file = look(path)
      return file && { ...file, url: urlOf(file) }
    },
    publishTogether(paths) {
      const found = paths.map(look)
      if (!found.every(file => file !== undefined)) return undefined
      const id = idOf(found)
      return found.map((file, at) => {
        return { ...file, url: urlFor(id, basename(paths[at] ?? file.path), file) }
      })
    },
    again(asset) {
      const [, id, name = ''] = /^\/assets\/@([0-9a-f]+)\/([^/]+)$/.exec(asset.url) ?? []
      if (id !== undefined) urlFor(id, decodeURIComponent(name), asset)
    },
    file: (id, name) => files.get(`${id}/${name}`),
  }
}

function look(path: string): Omit<Asset, 'url'> | undefined {
  try {
    const real = realpathSync.native(path)
    const status = statSync(real, { bigint: true })
    if (!status.isFile()) return undefined
    return { path: real, size: Number(status.size), version: assetVersion(status) }
  } catch {
    return undefined
  }
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync.native(path)
  } catch {
    return undefined
  }
}

function idOf(files: readonly PublishedFile[]): string {
  const hash = createHash('sha256')
  for (const { path, version } of files) hash.update(`${path}\0${version}\0`)
  return hash.digest('hex').slice(0, 12)
}
