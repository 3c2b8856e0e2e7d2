import type { ConsoleReasons } from '../reasons/console.ts'
import type { ReasonWords } from './word.ts'

/** Why a console cannot be read, or written to. */
export const consoleWords: ReasonWords<keyof ConsoleReasons> = {
  'no-console': ({ host }) =>
    `the config knows no way to its console: give ${host} console: { by: NAME }`,
  'no-console-way': ({ name }) => `the config has no way to consoles "${name}" any more`,
  'console-taken': ({ address }) =>
    `somebody else has the console at ${address}: a BMC gives it to one session only`,
  'console-ended': ({ program, error }) => `${program} has ended: ${error}`,
  'console-many': ({ most }) => `${most} consoles are open already`,
  'console-not-kept': () =>
    'the disk of dataDir is nearly full: what it writes is neither kept nor shown',
  'console-not-open': ({ host }) => `the console of ${host} is not open: nothing was typed`,
}
