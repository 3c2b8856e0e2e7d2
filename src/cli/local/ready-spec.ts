import type { CommandSpec } from '../args.ts'

export const readySpec: CommandSpec = {
  name: 'ready',
  line: 'NETWORK [--server URL]',
  brief: 'whether the daemon here serves a network now',
  summary:
    'Asks the daemon on this machine whether it serves the network now, and does not stand by while another\n' +
    'one does. Exit code 1 when not: the check of keepalived, which moves an address to where it is served.\n' +
    'It needs no token.',
  options: {
    server: {
      value: 'URL',
      help: 'the daemon (else $BOOTWRIGHT_SERVER, else http://127.0.0.1:8080)',
    },
  },
  words: { min: 1, max: 1, needs: 'the name of a network' },
}
