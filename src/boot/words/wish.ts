import type { WishReasons } from '../reasons/wish.ts'
import type { ReasonWords } from './word.ts'

/** What is answered to somebody who asks for an install or takes it back. */
export const wishWords: ReasonWords<keyof WishReasons> = {
  'already-begun': ({ host, state }) => `${host} is ${state}; --replace starts over`,
  'nothing-to-cancel': ({ host, state }) => `${host} is ${state}: nothing to cancel`,
  'install-under-way': ({ state }) => `its install is under way (${state})`,
  'may-be-erasing': ({ host, state }) => `${host} was ${state}: it may already be erasing its disk`,
}
