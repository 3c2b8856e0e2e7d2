import type { Reason } from '../../boot/reason.ts'
import { sentenceOf } from '../../boot/words/reason.ts'
import type { Rule } from '../case.ts'
import { type Complaint, complaintOf } from '../complaint.ts'
import { ago } from '../evidence.ts'

/** What it usually means when an installer gives up over this. */
const meanings: Readonly<Record<Complaint, string>> = {
  'disk-too-small':
    'The disk is too small for what is to be installed, or was not emptied: see the partitioning in its answer file, and which disk it names.',
  'no-such-disk':
    'It sees no such disk. Either the name is another on this machine (`/dev/nvme0n1`, `/dev/sda`), or its controller hides it: switch the firmware’s setup from RAID (Intel RST, VMD) to AHCI or NVMe.',
  'no-packages':
    'It cannot fetch its packages: see that its network has a router and DNS (`router`, `dns`), and that mirror and suite in its answer file exist.',
  certificate:
    'A certificate was refused: most often its clock is wrong, else the installer does not know the authority.',
  'boot-loader':
    'The boot loader could not be installed: see that the disk’s partition table fits the firmware (UEFI needs an EFI partition, BIOS on GPT a bios_grub one).',
  memory: 'It has too little memory for this installer: take one that needs less, or give it more.',
  'answer-file':
    'Its answer file has a mistake: `bootwright explain --whole` prints it as the machine gets it.',
}

const unknown =
  'It says itself what is wrong; its log is on its console, or comes with `?event=failed` (docs/api.md).'

/** Its installer, or what installs it, said why it gave up. */
export const installFailed: Rule = ({ host, life, now }) => {
  if (life.state !== 'failed' || !isOwnWord(life.why)) return undefined
  const complaint = complaintIn(life.why)
  const meaning = complaint ? meanings[complaint] : unknown
  return {
    id: 'install-failed',
    title: sentenceOf(life.why),
    evidence: [`its install failed ${ago(now - life.since)}`],
    advice: `${meaning} What came before is in \`bootwright events ${host.name}\`.`,
  }
}

/** The installer or the callback gave up, or the machine is not as expected. */
function isOwnWord({ code }: Reason): boolean {
  return code === 'installer-failed' || code === 'deploy-failed' || code === 'unexpected'
}

function complaintIn(why: Reason): Complaint | undefined {
  switch (why.code) {
    case 'unexpected':
      return why.difference.code === 'no-such-disk' ? 'no-such-disk' : undefined
    case 'installer-failed':
      return complaintOf(why.message ?? '')
    case 'deploy-failed':
      return why.because ? complaintIn(why.because) : complaintOf(why.message ?? '')
    case 'command-failed':
      return complaintOf(why.line ?? '')
    default:
      return undefined
  }
}
