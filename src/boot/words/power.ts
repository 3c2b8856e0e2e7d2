import { span } from '../../base/span.ts'
import { kexecWay } from '../power.ts'
import type { PowerReasons } from '../reasons/power.ts'
import type { EventWords, ReasonWords } from './word.ts'

/** Why something could not be done to a machine's power. */
export const powerWords: ReasonWords<
  keyof PowerReasons | 'start-waits' | 'not-started' | 'no-discover'
> = {
  'no-power': ({ host }) =>
    `the config knows no way to its power: give ${host} power: { by: NAME }`,
  'no-power-way': ({ name }) => `the config has no way to power "${name}" any more`,
  'power-secret': ({ file, error }) => `the file ${file} cannot be used: ${error}`,
  'power-template': ({ error }) => `what to ask cannot be made: ${error}`,
  'power-program': ({ program, error }) => `${program}: ${error}`,
  'power-disobeys': ({ wanted, is, seconds }) =>
    `it said yes, and after ${seconds} s the machine is ${is} instead of ${wanted}`,
  'power-only-on': () => 'Wake-on-LAN switches on, and can do nothing else',
  'power-no-drive': () => 'it has no drive for an image: only `redfish` has',
  'medium-not-redfish': ({ by }) =>
    `an image is put into its drive by \`redfish\` alone, and ${by} is another way to its power`,
  'no-medium': ({ path }) => `there is no image to boot from: bootwright media ${path}`,
  'medium-no-network': ({ host }) =>
    `no network of ${host} is up here, so its BMC could fetch the image from nowhere`,
  'netboot-not-kept': ({ is, of }) =>
    `it took the next boot from the network and shows ${is} now: it may boot ${of === 'mode' ? 'in the wrong mode' : 'its disk'}`,
  'start-waits': ({ attempt, because }, say) =>
    `waits to be started for attempt ${attempt}${because ? `: ${say(because)}` : ''}`,
  'start-begun': ({ attempt, again }) =>
    `is being started${again ? ' once more' : ''} for attempt ${attempt}`,
  'start-done': start => `${startedHow(start)} for attempt ${start.attempt}, no DHCP from it yet`,
  'start-heard': ({ attempt }) => `it netboots for attempt ${attempt}`,
  'not-started': ({ because }, say) => `it could not be started: ${say(because)}`,
  'no-discover': ({ seconds, because }, say) =>
    `started, and no DHCP DISCOVER came from it within ${span(seconds * 1000)}${because ? `: ${say(because)}` : ''}`,
  'no-script-asked': ({ seconds }) =>
    `it netbooted, and asked for no script within ${span(seconds * 1000)}`,
  'bmc-unreachable': ({ address, error }) => `${address} cannot be reached: ${error}`,
  'bmc-slow': ({ address, seconds }) => `${address} gave no whole answer within ${seconds} s`,
  'bmc-login': ({ address, user }) =>
    user === undefined
      ? `${address} refuses the token, or wants one`
      : `${address} refuses the user ${user} or the password`,
  'bmc-certificate': ({ address, shown, kept }) =>
    `${address} shows another certificate than before (${shown} instead of ${kept}), so it gets no password; ` +
    'if it was renewed: `bootwright bmc trust HOST`',
  'no-pinned-bmc': ({ host }) =>
    `${host} has no BMC whose certificate is kept (\`redfish\` or \`amt\` with \`trust: pinned\`)`,
  'bmc-redirect': ({ address, to }) => `${address} sends us on to ${to}, where nothing is sent`,
  'bmc-too-much': ({ address, bytes }) =>
    `${address} answers with more than ${bytes / 1024} KiB: it was not read on`,
  'bmc-refused': ({ address, what, error }) => `${address} refuses ${what}: ${error}`,
}

export const powerEvents: EventWords<'power'> = {
  done: ({ verb, by, state, instead }, say) => {
    const done = state === 'unknown' ? 'done' : `it is ${state}`
    return `power ${verb}: ${done} (${by})${instead ? `, since ${say(instead)}` : ''}`
  },
  failed: ({ verb, by, why }, say) => `power ${verb} failed (${by}): ${say(why)}`,
  started: ({ by, attempt, doubt, medium, ...start }, say) => {
    const beware = doubt ? `; ${say(doubt)}` : ''
    if (by === kexecWay.name)
      return `its system boots the installer, for attempt ${attempt} (${by})`
    const from = medium ? 'the image in its drive' : 'its network'
    return `${startedHow(start)} to boot from ${from}, for attempt ${attempt} (${by})${beware}`
  },
  'not-started': ({ by, attempt, again, why }, say) => {
    const how = by === kexecWay.name ? 'started once more' : 'switched off and on'
    return `not ${again ? how : 'started'} for attempt ${attempt} (${by}): ${say(why)}`
  },
  ejected: ({ by }) => `the image is taken out of its drive (${by})`,
  'not-ejected': ({ by, why }, say) =>
    `the image could not be taken out of its drive (${by}): ${say(why)}`,
}

function startedHow({
  again,
  switchedOn,
}: {
  readonly again: boolean
  readonly switchedOn?: true
}): string {
  if (switchedOn) return 'switched on'
  return again ? 'switched off and on' : 'reset'
}
