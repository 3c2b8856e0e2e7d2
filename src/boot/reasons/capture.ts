import type { Nothing } from './file.ts'

/** Why a disk does not become an image, and that it does. Sizes are bytes. */
export interface CaptureReasons {
  /** Nobody has said that it may be replaced. */
  'image-exists': { readonly path: string }
  'disk-captured': { readonly path: string; readonly bytes: number; readonly packed: number }
  /** The agent said that it was done, and no image had come of it. */
  'image-not-arrived': { readonly path: string }
  /** Another machine sends one of the same name. */
  'image-being-captured': { readonly path: string }
  /** `free`: what is left for images on this disk of ours. */
  'no-room-for-image': { readonly folder: string; readonly free: number }
  'image-not-kept': { readonly error: string }
  /** A piece that is not what it was said to be. */
  'piece-other-size': { readonly at: number; readonly bytes: number; readonly told: number }
  'piece-not-zstd': { readonly at: number; readonly error: string }
  'piece-too-long': { readonly at: number; readonly most: number }
  /** What has come, and what the agent has read. */
  'image-other-sum': { readonly sha256: string; readonly told: string }
  'image-ends-early': { readonly bytes: number; readonly size: number }
  /** What an agent is told that sends what is not its turn; the install goes on. */
  'not-capturing': Nothing
  'piece-elsewhere': { readonly at: number; readonly have: number }
  'piece-on-its-way': Nothing
  'piece-cut': { readonly at: number }
}
