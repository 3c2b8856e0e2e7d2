import type { RunningReasons } from '../reasons/running.ts'
import type { ReasonWords } from './word.ts'

/** The system that runs on a host, and kexec. */
export const runningWords: ReasonWords<keyof RunningReasons> = {
  'no-running': ({ host }) =>
    `the config has no login of the system that runs there: give ${host} running: { identityFile: KEY }`,
  'running-no-key': ({ file }) => `the key of its \`running\` cannot be read: ${file}`,
  'running-nowhere': ({ host }) =>
    `it is not known where ${host} is: say \`address\` in its \`running\``,
  // The rest of a sentence that begins with the address.
  'running-other-key': () =>
    'shows another host key than before: if it was installed anew, remove the one in dataDir/running',
  'running-other-uuid': ({ uuid, expected }) =>
    `is another machine: its UUID is ${uuid}, and not ${expected}`,
  'kexec-refused': ({ said }) => `its system does not boot the installer: ${said}`,
  'power-only-kexec': () =>
    'the system that runs there boots the installer, and can do nothing else',
}
