import { dice } from '../dice.ts'

/** Throws of a seed, each below `sides`. */
export type Throws = (sides: number) => number

/** Dice of their own for each use: what one does more often changes nothing of the others. */
export function diceOf(seed: number, use: string): Throws {
  let mixed = seed | 0
  for (const letter of use) mixed = Math.imul(mixed ^ letter.charCodeAt(0), 0x01000193)
  return dice(mixed)
}

/** Whether something happens that does so many times of a thousand. */
export const happens = (roll: Throws, ofThousand: number): boolean => roll(1000) < ofThousand
