import type { Reason } from '../../boot/reason.ts'
import { sentenceOf } from '../../boot/words/reason.ts'
import type { Rule } from '../case.ts'
import { ago } from '../evidence.ts'

/** What installers say when they give up, and what it usually means: the first that fits. */
const meanings: readonly (readonly [RegExp, string])[] = [
  [
    /no space left|disk (?:is )?full|not enough (?:free )?(?:disk )?space|too small/i,
    'The disk is too small for what is to be installed, or was not emptied: see the partitioning in its answer file, and which disk it names.',
  ],
  [
    /no (?:such |suitable |usable )?(?:disk|device|root device|block device)|(?:disk|device) .*not found|cannot (?:find|open) .*\/dev\//i,
    'It sees no such disk. Either the name is another on this machine (`/dev/nvme0n1`, `/dev/sda`), or its controller hides it: switch the firmware’s setup from RAID (Intel RST, VMD) to AHCI or NVMe.',
  ],
  [
    /mirror|release file|404|not found on server|could not resolve|temporary failure (?:in name )?resol|name resolution|cannot (?:reach|download|fetch)|network is unreachable/i,
    'It cannot fetch its packages: see that its network has a router and DNS (`router`, `dns`), and that mirror and suite in its answer file exist.',
  ],
  [
    /certificate|ssl|tls|not (?:yet )?valid|expired/i,
    'A certificate was refused: most often its clock is wrong, else the installer does not know the authority.',
  ],
  [
    /grub|boot ?loader|efi(?:bootmgr)?|esp\b/i,
    'The boot loader could not be installed: see that the disk’s partition table fits the firmware (UEFI needs an EFI partition, BIOS on GPT a bios_grub one).',
  ],
  [
    /out of memory|oom|cannot allocate|memory/i,
    'It has too little memory for this installer: take one that needs less, or give it more.',
  ],
  [
    /syntax|parse|kickstart|preseed|autoinstall|user-data|invalid/i,
    'Its answer file has a mistake: `bootwright explain --whole` prints it as the machine gets it.',
  ],
]

/** Its installer, or what installs it, said why it gave up. */
export const installFailed: Rule = ({ host, life, now }) => {
  if (life.state !== 'failed') return undefined
  const message = messageOf(life.why)
  if (message === undefined) return undefined
  return {
    id: 'install-failed',
    title: sentenceOf(life.why),
    evidence: [`its install failed ${ago(now - life.since)}`],
    advice: `${meaningOf(message)} What came before is in \`bootwright events ${host.name}\`.`,
  }
}

/** The words of who gave up: the installer's, the callback's, or what is not as expected. */
function messageOf(why: Reason): string | undefined {
  if (why.code === 'installer-failed' || why.code === 'deploy-failed') return why.message ?? ''
  return why.code === 'unexpected' ? sentenceOf(why) : undefined
}

function meaningOf(message: string): string {
  return (
    meanings.find(([words]) => words.test(message))?.[1] ??
    'It says itself what is wrong; its log is on its console, or comes with `?event=failed` (docs/api.md).'
  )
}
