import type { IpmiWay } from '../boot/power.ts'
import type { Reason } from '../boot/reason.ts'
import { bmcAddress } from './bmc-tls.ts'
import type { LoginVerdict } from './ipmi-tools.ts'

/** Suites in the order of their strength: OpenBMC knows 17 alone, old boards 3 alone. */
const suites = [17, 3]

/** The cipher suites to be tried, in their order. */
export function suitesOf({ cipher }: Pick<IpmiWay, 'cipher'>): readonly number[] {
  return cipher === undefined ? suites : [cipher]
}

/** Whether another cipher suite may do. */
export function wantsAnotherSuite(verdict: LoginVerdict): boolean {
  return verdict === 'suite' || verdict === 'mute'
}

/** Why there is no session; undefined where ipmitool's own words are all there is. */
export function loginReason(
  verdict: LoginVerdict,
  { user, port, privilege }: IpmiWay,
  at: string,
): Reason | undefined {
  const address = bmcAddress(at, port)
  const unreachable = (error: string): Reason => ({ code: 'bmc-unreachable', address, error })
  const refused = (what: string, error: string): Reason => {
    return { code: 'bmc-refused', address, what, error }
  }
  switch (verdict) {
    case 'no-name':
      return unreachable('nobody knows this name')
    case 'nobody':
      return unreachable('it does not answer')
    case 'login':
      return { code: 'bmc-login', address, user }
    case 'suite':
      return refused('the cipher suite', 'write another `cipher`')
    case 'privilege':
      return refused(`the privilege ${privilege}`, `the user ${user} does not have it`)
    case 'busy':
      return refused('one more session', 'all that it has are taken')
    case 'mute':
      return refused('the session', 'it says no word to this user or this cipher suite')
    case 'other':
      return undefined
  }
}
