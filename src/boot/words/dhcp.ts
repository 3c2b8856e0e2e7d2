import type { DhcpData } from '../event-data.ts'
import { foreignBootWords } from './dhcp-reason.ts'
import type { EventWords, Say } from './word.ts'

export const dhcpEvents: EventWords<'dhcp'> = {
  answered: answeredWords,
  ignored: (data, say) => `${asking(data)}: no reply: ${data.why ? say(data.why) : ''}`,
  foreign({ server, boot, version }) {
    const mayWin =
      boot === undefined ? '' : `, which ${foreignBootWords(boot)} too: that may win over ours`
    return `takes its address from the DHCP${version === 6 ? 'v6' : ''} server ${server}${mayWin}`
  },
}

/** `DHCP DISCOVER (firmware, bios) -> OFFER 10.0.0.5, loader undionly.kpxe: node1 is pending` */
function answeredWords(data: DhcpData, say: Say): string {
  const { answer, proxy, address, stage, boot, why } = data
  const type = `${proxy ? 'proxy ' : ''}${answer.toUpperCase()}`
  const given = address === undefined ? '' : ` ${address}`
  const reason = why ? `: ${say(why)}` : ''
  const booting = stage !== undefined && boot !== undefined
  const rest = booting ? `${bootWords(data)}${reason}` : given === '' ? reason : ''
  return `${asking(data)} -> ${type}${given}${rest}`
}

function asking({ asked, stage, arch, version }: DhcpData): string {
  const who = stage === undefined ? '' : ` (${stage}, ${arch})`
  return `DHCP${version === 6 ? 'v6' : ''} ${(asked || 'packet').toUpperCase()}${who}`
}

function bootWords({ boot, file }: DhcpData): string {
  switch (boot) {
    case 'load':
      return `, loader ${file}`
    case 'chain':
      return ', its script'
    case 'image':
      return ', its disc'
    case 'local':
      return ', boot your disk'
    default:
      return ''
  }
}
