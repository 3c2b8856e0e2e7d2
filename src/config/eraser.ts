import type { Profile } from '../boot/host.ts'
import { type ProfileContext, resolveProfiles } from './profiles.ts'

/** What `bootwright erase` boots: no profile of the config, so that nobody has to write one. */
export function resolveEraser(around: ProfileContext): Profile | undefined {
  return resolveProfiles({ erase: { erase: {} } }, around).get('erase')?.profile
}
