/*
 * What programs of others say: installers, their logs, commands. They have no codes, so their words are read,
 * here and nowhere else; rules get what was understood of them.
 */

/** What an installer that gives up complains of. */
export type Complaint =
  | 'disk-too-small'
  | 'no-such-disk'
  | 'no-packages'
  | 'certificate'
  | 'boot-loader'
  | 'memory'
  | 'answer-file'

/** The first that fits. */
const complaints: readonly (readonly [RegExp, Complaint])[] = [
  [
    /no space left|disk (?:is )?full|not enough (?:free )?(?:disk )?space|too small/i,
    'disk-too-small',
  ],
  [
    /no (?:such |suitable |usable )?(?:disk|device|root device|block device)|(?:disk|device) .*not found|cannot (?:find|open) .*\/dev\//i,
    'no-such-disk',
  ],
  [
    /mirror|release file|404|not found on server|could not resolve|temporary failure (?:in name )?resol|name resolution|cannot (?:reach|download|fetch)|network is unreachable/i,
    'no-packages',
  ],
  [/certificate|ssl|tls|not (?:yet )?valid|expired/i, 'certificate'],
  [/grub|boot ?loader|efi(?:bootmgr)?|esp\b/i, 'boot-loader'],
  [/out of memory|oom|cannot allocate|memory/i, 'memory'],
  [/syntax|parse|kickstart|preseed|autoinstall|user-data|invalid/i, 'answer-file'],
]

const wrongClock =
  /not (?:yet valid|valid yet|valid until)|certificate (?:is not yet valid|has expired)|clock skew|clock is (?:wrong|behind|ahead)|system (?:clock|time) .*(?:wrong|past|future)/i

/** What the words of an installer that gave up usually mean; undefined where nothing is known of them. */
export function complaintOf(words: string): Complaint | undefined {
  return complaints.find(([pattern]) => pattern.test(words))?.[1]
}

/** Whether a line says that the machine's clock is wrong. */
export function complainsOfClock(words: string): boolean {
  return wrongClock.test(words)
}
