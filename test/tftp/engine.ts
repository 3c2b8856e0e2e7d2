import type { EngineName } from '../../src/tftp/engine.ts'

/**
 * What a test of the whole server hands to it: the same tests run against both ways to the network, and
 * against Node's sockets alone where a file says so before it imports them.
 */
export const engine: { readonly engine?: EngineName } =
  process.env.TFTP_ENGINE === 'dgram' ? { engine: 'dgram' } : {}
