import type { Arch } from '../boot/arch.ts'
import type { Host } from '../boot/host.ts'
import type { Delivery } from '../boot/install.ts'
import type { Life } from '../boot/life.ts'
import type { PowerHeard } from '../boot/power.ts'
import type { Reason } from '../boot/reason.ts'
import type { Verdict } from '../boot/verdict.ts'
import type { ConsoleSign } from './console-sign.ts'
import type { Step } from './step.ts'

/** Everything that is known of one host. */
export interface HostCase {
  readonly host: Host
  readonly life: Life
  /** What happened since the last install was asked for or had ended, oldest first. */
  readonly steps: readonly Step[]
  /** Callbacks of the current install, newest first. */
  readonly deliveries: readonly Delivery[]
  /** Sentences about what its profile names and that is not there. */
  readonly missing: readonly string[]
  /** The archs that its kernel can run on, where that can be told. */
  readonly kernelArchs?: readonly Arch[]
  /** Whether a loader carries a signature, where that can be told. */
  isSigned(loader: string): boolean | undefined
  /** What was heard of its power the last time. */
  readonly heard?: PowerHeard
  /** What the end of its serial console says, where that is kept. */
  readonly console?: { readonly sign?: ConsoleSign }
  /** Networks that give no addresses for now, because of other DHCP servers. */
  readonly held: readonly string[]
  /** What routers say, or leave out, that keeps machines from asking by DHCPv6. */
  readonly routers: readonly Reason[]
  /** Wall-clock time, epoch milliseconds, as in the steps. */
  readonly now: number
}

/** One kind of trouble: its verdict where the case has it. */
export type Rule = (about: HostCase) => Verdict | undefined
