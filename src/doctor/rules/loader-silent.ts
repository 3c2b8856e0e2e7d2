import { span } from '../../base/span.ts'
import { isEfi } from '../../boot/arch.ts'
import { firmwareDriven } from '../../boot/fallback-loader.ts'
import type { Verdict } from '../../boot/verdict.ts'
import type { HostCase, Rule } from '../case.ts'
import { after, fetchedLoader, isAlive, lastOf, seen } from '../evidence.ts'
import type { Step, StepOf } from '../step.ts'
import { wrongLoader } from './wrong-loader.ts'

/** iPXE asks within seconds of its start; some cards need their time for the link. */
const patience = 30_000
/** Firmware that refuses a loader tries its next way of booting at once. */
const atOnce = 15_000

/** The last loader that went to the machine whole, with no sign since that it runs. */
interface Silent {
  readonly fetch: Step
  readonly loader: string
  /** What the firmware asked after that, by itself. */
  readonly again: StepOf<'dhcp'> | undefined
  readonly arch: StepOf<'dhcp'>['arch']
}

function silentLoader(about: HostCase): Silent | undefined {
  if (wrongLoader(about)) return undefined
  const { steps, now } = about
  const fetch = steps.findLast(step => fetchedLoader(step) !== undefined)
  const loader = fetch && fetchedLoader(fetch)
  if (!fetch || loader === undefined) return undefined
  const since = after(steps, fetch)
  if (since.some(step => isAlive(step) && !isSameFile(step, loader))) return undefined
  const again = since.find(
    (step): step is StepOf<'dhcp'> => step.kind === 'dhcp' && step.stage !== undefined,
  )
  if (!again && now - fetch.lastAt < patience) return undefined
  const arch = lastOf(steps, 'dhcp', step => step.arch !== undefined)?.arch
  return { fetch, loader, again, arch }
}

/** The firmware may come for the same file again. */
function isSameFile(step: Step, loader: string): boolean {
  return step.kind === 'tftp' && step.name === loader
}

/** The loader came whole, and its iPXE never asked for DHCP: its driver of the network card hangs. */
export const loaderSilent: Rule = about => {
  const silent = silentLoader(about)
  if (!silent) return undefined
  const { loader } = silent
  const own = firmwareDriven(loader).length > 0
  // What UEFI refuses is the other rule's; a BIOS runs whatever it has.
  if (isRefused(silent) && !own && silent.arch && isEfi(silent.arch)) return undefined
  const isIpv6 = lastOf(about.steps, 'dhcp', ({ stage }) => stage !== undefined)?.version === 6
  return {
    id: 'loader-silent',
    title: `${loader} was fetched, and its iPXE never asked for DHCP`,
    evidence: evidenceOf(silent, about.now),
    advice: isIpv6
      ? flags
      : own
        ? 'Its own driver of this network card seems to hang. Try `loader: snponly.efi` (BIOS: undionly.kpxe) at the host, which uses the firmware’s driver; `loaders: { fallback: auto }` does that by itself at the next boot.'
        : 'It uses the firmware’s driver of the network card, and that seems to hang: try an iPXE with drivers of its own (`loader: ipxe.efi`), or a firmware update.',
  }
}

const flags =
  'Over IPv6 iPXE asks nobody before a router says with the M flag that there are addresses: `AdvManagedFlag on` in radvd, `enable-ra` in dnsmasq; `rdisc6 INTERFACE` shows what the router says now.'

/** UEFI fetched the loader and did not run it, as far as can be seen. */
export const secureBoot: Rule = (about): Verdict | undefined => {
  const silent = silentLoader(about)
  if (!silent?.arch || !isEfi(silent.arch)) return undefined
  const { loader } = silent
  const signed = about.isSigned(loader)
  if (!isRefused(silent) && signed !== false) return undefined
  const unsigned = signed === false ? [`${loader} carries no signature`] : []
  return {
    id: 'secure-boot',
    title: `Secure Boot may have refused ${loader}`,
    evidence: [...evidenceOf(silent, about.now), ...unsigned],
    advice:
      'Switch Secure Boot off in the firmware’s setup, or serve a signed loader: the distribution’s shim, which starts its own GRUB. The machine’s screen then said "Access Denied" or "Security Violation".',
  }
}

/** Its firmware went on at once, as it does with a loader that it may not run. */
function isRefused({ fetch, again }: Silent): boolean {
  return again !== undefined && again.at - fetch.lastAt < atOnce
}

function evidenceOf({ fetch, again }: Silent, now: number): string[] {
  if (!again)
    return [seen(fetch, now), `nothing was heard from it in the ${span(now - fetch.lastAt)} since`]
  const pause = span(again.at - fetch.lastAt)
  return [seen(fetch, now), `then its firmware asked again, ${pause} later`, seen(again, now)]
}
