import { amount, howFar } from '../../base/amount.ts'
import type { TftpData } from '../event-data.ts'
import type { Reason } from '../reason.ts'
import type { EventWords, Say } from './word.ts'

/** `sent, 1.1 MB in 0.4 s` */
function sentWords(size: number | undefined, ms: number | undefined): string {
  const much = size === undefined ? '' : `, ${amount(size)}`
  return `sent${much}${ms === undefined ? '' : ` in ${(ms / 1000).toFixed(1)} s`}`
}

const baseName = (url: string) => url.slice(url.lastIndexOf('/') + 1)
const protocol = (by: 'http' | 'tftp' | undefined) => (by === 'tftp' ? 'TFTP' : 'HTTP')

export const tftpEvents: EventWords<'tftp'> = {
  done: ({ name, bytes, size, ms }: TftpData) => `TFTP: ${name} ${sentWords(bytes ?? size, ms)}`,
  failed: ({ name, why }, say) => `TFTP: ${name} failed${why ? `: ${say(why)}` : ''}`,
  refused: ({ name, why }, say) => `TFTP: ${name} refused${why ? `: ${say(why)}` : ''}`,
}

export const assetEvents: EventWords<'asset'> = {
  sent: ({ url, by, size, ms }) => `${protocol(by)}: ${baseName(url)} ${sentWords(size, ms)}`,
  failed: ({ url, by, why }, say) => `${protocol(by)}: ${baseName(url)} failed: ${say(why)}`,
  missing: ({ url, by, why }, say) =>
    `${protocol(by)}: ${url} not served${why ? `: ${say(why)}` : ''}`,
}

export const progressEvents: EventWords<'progress'> = {
  sending: data => `HTTP: ${howFar(data)}`,
}

export const scriptEvents: EventWords<'script'> = {
  boot: ({ what = 'script', why }, say) => `${what}: ${why ? say(why) : 'boots'}`,
  local: ({ what = 'script', why }, say) => `${what}: boot your disk${why ? `: ${say(why)}` : ''}`,
  menu: ({ what = 'script', why }, say) => `${what}: ${why ? say(why) : 'a menu'}`,
  none: ({ what = 'script', why }, say) => `${what}: ${why ? say(why) : 'none'}`,
  failed: ({ error }) => `no script: ${error}`,
}

export const fileEvents: EventWords<'file'> = {
  fetched: ({ name, left }, say) => `answer file ${name} fetched${left ? `; ${say(left)}` : ''}`,
  burnt: ({ name }) => `answer file ${name} was asked for again: it is burnt`,
}

const also = (why: Reason | undefined, say: Say) => (why ? `: ${say(why)}` : '')

export const strangerEvents: EventWords<'stranger'> = {
  script: ({ what = 'script', address, why }, say) =>
    `${what} refused to ${address}${why ? `: ${say(why)}` : ''}`,
  'phone-home': ({ event, host, address, of, why }, say) =>
    `${event} for ${host} came from ${address}, which is ${of ?? `not known to be its own${also(why, say)}`}`,
  login: ({ host, address, why }, say) =>
    `the login of ${host} was asked for by ${address}, which is not its own${also(why, say)}`,
  file: ({ name, host, address, why }, say) =>
    `${name} of ${host} was asked for by ${address}, which is not its own${also(why, say)}`,
  netboot: ({ network, uuid }) =>
    `another machine with its MAC netboots${network ? ` in ${network}` : ''}${uuid ? `, uuid ${uuid}` : ''}`,
}

export const firmwareEvents: EventWords<'firmware'> = {
  'came-back'({ loaders, signed }) {
    const secure = signed
      ? 'with Secure Boot on it refuses what is not signed (loader: shimx64.efi); else '
      : ''
    const why = `${secure}the file is broken or for another kind of machine`
    return `its firmware came back: it fetched ${loaders.join(', ')}, and nothing was asked for after that: ${why}`
  },
}

export const loaderEvents: EventWords<'loader'> = {
  'stand-in': ({ vendor, loader, standIn }) =>
    `${loader} was fetched and its iPXE never asked for DHCP: network cards ${vendor}:… get ${standIn} from now on`,
}
