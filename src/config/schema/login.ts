import Type from 'typebox'
import { defaults } from '../defaults.ts'
import * as v from './values.ts'

const text = Type.String({ title: 'text', minLength: 1 })

const disk = v.knownKeys(
  {
    name: v.key(v.path, 'Its device, such as /dev/vda.'),
    model: v.key(text, 'Its model, in whole or in part.'),
    serial: v.key(text, 'Its serial number.'),
    size: v.key(v.diskSize, 'Its size, 2 % more or less.'),
  },
  { title: 'a disk', minProperties: 1, examples: ['{ model: "SSD 980", size: 500GB }'] },
)

const user = Type.String({
  title: 'the name of a user',
  pattern: '^[a-z_][a-z0-9_.-]{0,31}$',
  examples: ['root'],
})
const port = Type.Integer({ title: 'a port', minimum: 1, maximum: 65_535 })

/** How we get into the system that runs on a host before its install. */
export const running = v.knownKeys(
  {
    user: v.key(
      user,
      'Who logs in: root, or a user whose sudo asks for nothing.',
      defaults.ssh.user,
    ),
    identityFile: v.described(v.path, { description: 'The private key that lets in.' }),
    port: v.key(port, 'TCP port of its SSH server.', defaults.ssh.port),
    address: v.key(v.address, 'Where it answers. Default: where the host is found by its MACs.'),
  },
  { title: 'the login of a system', examples: ['{ identityFile: running-key }'] },
)

/** How we get into an installer over SSH, and what it must find. */
export const loginKeys = {
  login: v.key(
    Type.Enum(['password', 'key', 'own']),
    'How we get into the installer over SSH. password: a random one for each attempt, for stock NixOS media. key: a key made for each attempt. own: `identityFile`. Default: own with an identityFile, else password with `nixos`.',
  ),
  identityFile: v.key(v.path, 'The private key of your own whose public half the media hold.'),
  ssh: v.key(
    v.knownKeys({
      user: v.key(user, 'Who logs in.', defaults.ssh.user),
      port: v.key(port, 'TCP port of its SSH server.', defaults.ssh.port),
    }),
    'The SSH server of the installer.',
  ),
  expect: v.key(
    v.knownKeys({
      serial: v.key(text, 'Serial number of the machine.'),
      disk: v.key(disk, 'A disk that must be there.'),
    }),
    'What the machine must be; otherwise its install fails before anything destructive.',
  ),
}
