import type { PowerReasons } from '../reasons/power.ts'
import type { EventWords, ReasonWords } from './word.ts'

/** Why something could not be done to a machine's power. */
export const powerWords: ReasonWords<keyof PowerReasons> = {
  'no-power': ({ host }) =>
    `the config knows no way to its power: give ${host} power: { by: NAME }`,
  'no-power-way': ({ name }) => `the config has no way to power "${name}" any more`,
  'power-secret': ({ file, error }) => `the file ${file} cannot be used: ${error}`,
  'power-template': ({ error }) => `what to ask cannot be made: ${error}`,
  'power-program': ({ program, error }) => `${program}: ${error}`,
  'power-disobeys': ({ wanted, is, seconds }) =>
    `it said yes, and after ${seconds} s the machine is ${is} instead of ${wanted}`,
  'bmc-unreachable': ({ address, error }) => `${address} cannot be reached: ${error}`,
  'bmc-slow': ({ address, seconds }) => `${address} gave no whole answer within ${seconds} s`,
  'bmc-login': ({ address, user }) =>
    user === undefined
      ? `${address} refuses the token, or wants one`
      : `${address} refuses the user ${user} or the password`,
  'bmc-redirect': ({ address, to }) => `${address} sends us on to ${to}, where nothing is sent`,
  'bmc-too-much': ({ address, bytes }) =>
    `${address} answers with more than ${bytes / 1024} KiB: it was not read on`,
  'bmc-refused': ({ address, what, error }) => `${address} refuses ${what}: ${error}`,
}

export const powerEvents: EventWords<'power'> = {
  done: ({ verb, by, state }) =>
    state === 'unknown' ? `power ${verb}: done (${by})` : `power ${verb}: it is ${state} (${by})`,
  failed: ({ verb, by, why }, say) => `power ${verb} failed (${by}): ${say(why)}`,
}
