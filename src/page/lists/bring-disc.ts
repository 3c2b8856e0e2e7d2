import type { BroughtDisc, DiscBody, ImageList } from '../../api/images.ts'
import { type Api, ApiRefusal } from '../daemon/api.ts'

/** Bytes sent in one request: small enough to arrive in the time that the daemon gives one. */
const pieceBytes = 8 * 1024 * 1024
const tries = 5
const pauseMs = 1000

/**
 * Sends a disc piece by piece, also while another view is looked at; a piece whose connection was lost is sent again.
 * Returns false when it was cancelled meanwhile.
 *
 * @throws ApiRefusal where the daemon refuses it; nothing of it is left there then
 */
export async function bringDisc(api: Api, file: File, offer: DiscBody, begun: () => void) {
  const path = `/discs/${offer.name}`
  let { disc } = await api.post<BroughtDisc>('/discs', offer)
  begun()
  try {
    for (let failed = 0; disc.state === 'arriving'; ) {
      const piece = file.slice(disc.done, disc.done + pieceBytes)
      try {
        disc = (await api.put<BroughtDisc>(`${path}?at=${disc.done}`, piece)).disc
        failed = 0
      } catch (error) {
        const now = (await api.get<ImageList>('/images').catch(() => undefined))?.discs
        const here = now?.find(({ name }) => name === offer.name)
        if (now && !here) return false
        failed += 1
        if (failed >= tries || !isLost(error)) throw error
        await new Promise(resolve => setTimeout(resolve, pauseMs))
        disc = here ?? disc
      }
    }
    return true
  } catch (error) {
    await api.remove(path).catch(() => undefined)
    throw error
  }
}

/** Whether the connection was lost, rather than the piece refused. */
function isLost(error: unknown): boolean {
  return error instanceof ApiRefusal && error.status === 0
}

/** The image that a disc becomes where nobody says another name: `ubuntu-24.04.3` of `Ubuntu-24.04.3.iso`. */
export function imageNameOf(file: string): string {
  return file
    .replace(/\.iso$/i, '')
    .toLowerCase()
    .replace(/[^a-z0-9_.-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 63)
}

/** A name that the daemon takes, and that a URL and a config line can hold. */
export function discFileOf(file: string): string {
  return `${imageNameOf(file) || 'disc'}.iso`
}
