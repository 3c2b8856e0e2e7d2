import type { Log } from '../base/log.ts'
import { type Captures, type CapturesDeps, createCaptures } from './captures.ts'
import { createDiscs, type Discs } from './discs.ts'
import { createPulls, type Pulls } from './pulls.ts'

/** The ways by which images come here while the daemon runs: from publishers, people and machines. */
export interface Arrivals {
  readonly pulls: Pulls
  readonly discs: Discs
  readonly captures: Captures
}

export function createArrivals(deps: CapturesDeps & { readonly log: Log }): Arrivals {
  const { config, log } = deps
  return {
    pulls: createPulls(config, log),
    discs: createDiscs({ config, log }),
    captures: createCaptures(deps),
  }
}
