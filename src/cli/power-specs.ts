import { apiCommand, yes } from './api-specs.ts'
import { whereOption } from './choose.ts'

export const powerSpec = apiCommand({
  name: 'power',
  line: 'on|off|cycle|status HOST... [--where tag=T|profile=P|state=S] [--yes] [--json]',
  brief: 'switches machines on or off, or says whether they are on',
  summary:
    'Switches machines on or off, or resets them (cycle), by the way that `power` of the host names, and\n' +
    'waits until they are so. HOST may be a glob. For more than one host the list is shown and\n' +
    'confirmed. `status` only asks, all at once.',
  options: { where: whereOption, yes },
  words: { min: 1, max: Number.POSITIVE_INFINITY, needs: 'it needs on, off, cycle or status' },
})

export const bmcSpec = apiCommand({
  name: 'bmc',
  line: 'trust HOST... [--where tag=T|profile=P|state=S] [--yes] [--json]',
  brief: 'shows the certificates of BMCs, and trusts them',
  summary:
    'Shows the certificate that the BMC of each host shows now, and the one that is kept (`trust: pinned`).\n' +
    'Where they differ it asks, and keeps the new one: a BMC that was reset, or has a new firmware, may\n' +
    'show another. HOST may be a glob.',
  options: { where: whereOption, yes },
  words: { min: 1, max: Number.POSITIVE_INFINITY, needs: 'it needs `trust` and a host' },
})

export const consoleSpec = apiCommand({
  name: 'console',
  line: 'HOST [--write] [--last BYTES] [--kept] [--install ID] [--attempt N] [--json]',
  brief: 'the serial console of a machine',
  summary:
    'Shows the serial console of a host: the end of what is kept, and then what comes. As many as like may\n' +
    'follow it. `~.` behind a line end leaves it, `~?` says what else there is. Only with --write anything\n' +
    'is typed at the machine. Of what it writes, text, colours and the cursor reach your terminal.',
  examples: ['bootwright console node1 --write', 'bootwright console node1 --attempt 1 --kept'],
  options: {
    write: { help: 'type at it; needs a token of the scope admin' },
    last: { value: 'BYTES', help: 'begin so many bytes before the end (16384)' },
    kept: { help: 'write what is kept, as lines, and end' },
    install: { value: 'ID', help: 'only what was written during this install, as lines' },
    attempt: {
      value: 'N',
      help: 'only what was written during this attempt of it, or of the last install',
    },
  },
  words: { min: 1, max: 1 },
})
