import { createHash } from 'node:crypto'
import { realpathSync, statSync } from 'node:fs'
import { basename, relative, sep } from 'node:path'
import type { Asset } from '../boot/install.ts'

/** The files that the config names, under URLs of our own. */
export interface Published {
  /** The asset of an absolute path as it is now; undefined when there is no such file. */
  publish(path: string): Asset | undefined
  /** Takes an asset of an earlier run back into service. */
  again(asset: Asset): void
  /** The path behind `/assets/@ID/…`. */
  path(id: string): string | undefined
}

/**
 * A file that lies in the assets folder itself keeps its path there, readable for people. One that a
 * symlink leads to (a nix-build result) is served by where it really lies: when the link moves on to
 * a new build, machines that boot the old one still get the old files.
 */
export function createPublished(assets: string): Published {
  const byId = new Map<string, string>()

  const urlOf = (path: string): string => {
    const inside = relative(realpathSync(assets), path)
    if (!inside.startsWith('..') && !inside.startsWith(sep)) {
      return `/assets/${inside.split(sep).map(encodeURIComponent).join('/')}`
    }
    const id = createHash('sha256').update(path).digest('hex').slice(0, 12)
    byId.set(id, path)
    return `/assets/@${id}/${encodeURIComponent(basename(path))}`
  }

  return {
    publish(path) {
      try {
        const real = realpathSync(path)
        const { size, mtimeNs, ino, ...status } = statSync(real, { bigint: true })
        if ((status.mode & 0o170000n) !== 0o100000n) return undefined
        const version = `${size.toString(36)}-${mtimeNs.toString(36)}-${ino.toString(36)}`
        return { url: urlOf(real), path: real, size: Number(size), version }
      } catch {
        return undefined
      }
    },
    again({ url, path }) {
      const id = /^\/assets\/@([0-9a-f]+)\//.exec(url)?.[1]
      if (id !== undefined) byId.set(id, path)
    },
    path: id => byId.get(id),
  }
}
