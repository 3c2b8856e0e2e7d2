import type { CommandSpec } from '../args.ts'

export const storeSpec: CommandSpec = {
  name: 'store',
  line: 'copy --from DIR --to URL [--json]',
  brief: 'copies what is remembered from SQLite to PostgreSQL',
  summary:
    'Copies what a daemon remembers in DIR (its dataDir) into an empty database of PostgreSQL, whole or not\n' +
    'at all. No daemon may run on either. The directory is left as it is.',
  examples: ['bootwright store copy --from /var/lib/bootwright --to pg-url'],
  options: {
    from: { value: 'DIR', file: true, help: 'the dataDir with bootwright.db' },
    to: {
      value: 'URL',
      file: true,
      help: 'postgres://user:password@host/database, or the file that has it',
    },
    json: { help: 'write for programs how much that was' },
  },
  words: { min: 1, max: 1, of: ['copy'] },
}

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
  words: { min: 1, max: 1, needs: 'which network? one name is needed' },
}
