import type { FileReasons } from '../reasons/file.ts'
import type { ReasonWords } from './word.ts'

/** Why a download did not come to its end, or never began. */
export const fileWords: ReasonWords<keyof FileReasons> = {
  'no-answer': () => 'no answer',
  'no-ack': ({ block }) => `no ACK after block ${block}`,
  'no-last-ack': () => 'the last ACK did not come',
  'no-progress': () => 'no progress',
  'client-stopped': ({ message }) => `the client stopped: ${message}`,
  'client-asked-anew': () => 'the client asked anew',
  'read-failed': ({ error }) => error,
  'server-stopping': () => 'the server is stopping',
  'internal-error': () => 'internal error',
  'read-only': () => 'this server is read-only',
  'only-octet': ({ mode }) => `only mode octet (binary) is served, not ${mode}`,
  'too-many-from-address': () => 'too many transfers to your address',
  'too-many-transfers': () => 'too many transfers, try again later',
  'file-missing': ({ message = 'no such file' }) => message,
  'loader-missing': () => 'no such loader',
  'file-refused': ({ message }) => message,
  'name-too-long': () => 'the name is too long',
  'control-characters': () => 'the name has control characters',
  'slash-in-name': () => 'a slash or backslash inside a name',
  'broken-encoding': () => 'the percent-encoding is broken',
  'nul-in-path': () => 'a NUL inside the path',
  'absolute-path': () => 'an absolute path',
  'path-climbs': () => 'a path that climbs with ".."',
  'is-folder': () => 'a folder',
  'not-regular': () => 'not a regular file',
  'leads-outside': () => 'a symlink leads out of the folders that may be served',
  'symlink-loop': () => 'a loop of symlinks',
  'moved-meanwhile': () => 'the path changed while it was being opened',
  'may-not-be-read': () => 'the daemon may not read it',
  'other-version': () => 'it is not what it was when this URL was given',
  burnt: () => 'it was downloaded once, and burns',
  'not-its-own': () => 'not its own address',
  'file-of-another': ({ name, host, address }) =>
    `${name} of ${host} was asked for by ${address}, which is not its own`,
  'login-of-another': ({ host, address }) =>
    `the login of ${host} was asked for by ${address}, which is not its own`,
  'login-missing': () => 'no such login',
  'booted-anew': ({ host }) => `${host} has booted anew`,
}
