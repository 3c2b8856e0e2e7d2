import Type, { type Static } from 'typebox'
import { defaults } from '../defaults.ts'
import { ipmi, program } from './power.ts'
import * as v from './values.ts'

const d = defaults.console

const ssh = v.knownKeys(
  {
    user: v.described(Type.String({ title: 'a user name', minLength: 1 }), {
      description: 'Of the BMC or console server.',
    }),
    keyFile: v.described(v.path, { description: 'File with the private key; no password works.' }),
    port: v.key(v.port, 'TCP port.', d.sshPort),
    run: v.key(
      Type.String({ title: 'text', minLength: 1 }),
      'What it is told to run, a template. Default: nothing, the login is the console.',
    ),
  },
  { title: 'a console by SSH', examples: ['{ user: root, keyFile: bmc-key, port: 2200 }'] },
)

const command = v.knownKeys(
  {
    run: v.described(program, {
      description:
        'What connects to it: program and arguments, each a template; never given to a shell. It writes what the machine writes, and reads what is typed.',
    }),
    terminal: v.key(
      Type.Boolean({ title: 'true or false' }),
      'It is given a terminal, which programs such as `virsh console` want; needs the program script.',
      d.terminal,
    ),
  },
  { title: 'a console by a program', examples: ['{ run: [virsh, console, node1] }'] },
)

/** A way to the serial consoles of machines. */
export const consoleWay = v.knownKeys(
  {
    ipmi: v.key(
      ipmi,
      'Serial over LAN of BMCs, by IPMI 2.0; needs ipmitool or FreeIPMI, and script.',
    ),
    ssh: v.key(ssh, 'BMCs and console servers, by SSH; needs the program ssh.'),
    command: v.key(command, 'A program beside the config file.'),
  },
  { title: 'a way to consoles' },
)

const oneConsole = v.knownKeys(
  {
    by: v.described(v.name, { description: 'Name of the way, in `consoles`.' }),
    address: v.key(
      v.hostOrAddress,
      'Of its BMC or console server; in templates `{{ console.address }}`. Default: that of its `power`.',
    ),
  },
  { title: 'a way to its console', examples: ['{ by: sol }'] },
)

/** What a host says of its console: the name of a way, or with an address. */
export const hostConsole = Type.Unsafe<string | Static<typeof oneConsole>>(
  Type.Union([v.name, oneConsole], {
    title: 'the name of a way, or a way to its console',
    examples: ['sol'],
  }),
)

export type RawConsole = Static<typeof consoleWay>
export type RawHostConsole = Static<typeof hostConsole>
