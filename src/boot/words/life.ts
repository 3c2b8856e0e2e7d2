import { countOf } from '../../base/amount.ts'
import type { ReasonWords } from './word.ts'

/** Why a host is in its state, and why an install failed. */
export const lifeWords: ReasonWords<
  | 'not-asked'
  | 'install-asked'
  | 'script-delivered'
  | 'installer-alive'
  | 'installer-ready'
  | 'boot-again'
  | 'waits-for-system'
  | 'install-done'
  | 'system-up'
  | 'ssh-answers'
  | 'booted-once'
  | 'late-end'
  | 'cancelled'
  | 'left-config'
  | 'replaced'
  | 'assumed'
  | 'installer-failed'
  | 'deploy-failed'
  | 'unexpected'
  | 'attempts-used-up'
  | 'expired'
  | 'boot-timeout'
  | 'timeout'
  | 'never-came-back'
  | 'came-back-silent'
  | 'asset-changed'
  | 'wrong-checksum'
  | 'no-facts'
  | 'other-serial'
  | 'no-such-disk'
  | 'several-disks-fit'
  | 'disk-too-small'
> = {
  'not-asked': () => 'no install was asked',
  'install-asked': () => 'install asked, waiting for a network boot',
  'script-delivered': ({ attempt, boot, most }) =>
    `attempt ${attempt}: script delivered, no sign of life yet (boot ${boot} of ${most})`,
  'installer-alive': ({ attempt }) => `attempt ${attempt}: the installer is alive`,
  'installer-ready': ({ by }) =>
    `the installer is ready, ${by === 'deploy' ? 'deploy installs' : 'the installer works by itself'}`,
  'boot-again': () => 'the installer asked to be booted again',
  'waits-for-system': ({ sign }) => `installed, waiting for its first ${sign}`,
  'install-done': () => 'the install is done',
  'system-up': () => 'the installed system is up',
  'ssh-answers': () => 'the SSH of the installed system answers',
  'booted-once': () => 'booted once, as asked',
  'late-end': ({ event }) => `late ${event}`,
  cancelled: () => 'cancelled',
  'left-config': () => 'cancelled: it left the config',
  replaced: () => 'another install was asked for',
  assumed: () => 'as assumed',
  'installer-failed': ({ message }) => withMessage('the installer says it failed', message),
  'deploy-failed': ({ because, message }, say) =>
    withMessage('deploy failed', because ? say(because) : message),
  unexpected: ({ difference }, say) => `it is not what the config expects: ${say(difference)}`,
  'attempts-used-up': ({ boots }) => `attempts used up: ${boots} boots without a sign of life`,
  expired: () => 'expired: it did not netboot in time',
  'boot-timeout': ({ boots }) => `bootTimeout: no sign of life after ${countOf(boots, 'boot')}`,
  timeout: () => 'timeout: the install did not end in time',
  'never-came-back': ({ signs }) =>
    `never came back: no ${signs.join(' or ')} from the installed system`,
  'came-back-silent': () => 'it came back from the network and never said done',
  'asset-changed': ({ path }) =>
    `${path} is not what it was when the install was asked for; ask again`,
  'wrong-checksum': ({ path }) => `${path} has another sha256 than \`checksums\` says`,
  'no-facts': () => 'it told nothing about itself, and `expect` has to be checked',
  'other-serial': ({ serial, expected }) =>
    `its serial number is ${serial || 'unknown'}, and ${expected} is expected`,
  'no-such-disk': ({ expected, has }) =>
    `no disk is ${expected}: it has ${has.join('; ') || 'no disk'}`,
  'several-disks-fit': ({ disks }) =>
    `several disks fit: ${disks.join('; ')}; name one by \`expect.disk\` or the var \`disk\``,
  'disk-too-small': ({ disk, size, bytes }) =>
    `${disk} is too small: it has ${size} bytes, and the image ${bytes}`,
}

function withMessage(what: string, message: string | undefined): string {
  return message ? `${what}: ${message}` : what
}
