import type { SshReasons } from '../reasons/ssh.ts'
import type { ReasonWords } from './word.ts'

/** The rest of a sentence that begins with the address. */
export const sshWords: ReasonWords<keyof SshReasons> = {
  'ssh-nowhere': () => 'has no address that we know of yet',
  'ssh-no-address': () => 'is not an address to verify',
  'ssh-never': ({ where }) =>
    `is never entered: it ${where === 'own' ? 'is an address of ours' : 'lies outside our networks'}`,
  'ssh-no-login': () => 'cannot be entered: the profile has no login',
  'ssh-login-gone': () => 'cannot be entered: its login is there no more',
  'ssh-not-yet': ({ port }) => `has no SSH server on port ${port} yet`,
  'ssh-other-key': () => 'shows another host key than the installer of this attempt',
  'ssh-denied': ({ said }) => `does not let us in: ${said}`,
  'ssh-wrong-password': () => 'does not let us in: it does not take the password',
  'ssh-failed': ({ said }) => `cannot be entered: ${said}`,
  'ssh-no-report': () => 'lets us in and does not say what it is',
  'ssh-no-installer': () =>
    'is not our installer: its command line does not carry the URL of this attempt',
  'ssh-other-boot': () => 'runs another boot of ours: its command line carries another URL',
  'ssh-other-machine': ({ macs, host }) =>
    `is another machine: it has ${macs.join(', ') || 'no MAC'}, and none is of ${host}`,
  'ssh-booted-anew': () => 'has booted anew since it proved itself',
  'ssh-not-its-address': () => 'is not known to be its own address',
  'ssh-no-key-yet': () => 'shows no host key yet',
  'ssh-key-unknown': () => 'cannot be told from the installer',
  'ssh-installer-key': () => 'still shows the host key of the installer',
  'ssh-installer-runs': () => 'still runs the installer',
}
