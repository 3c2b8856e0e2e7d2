/* The programs that speak IPMI 2.0 for us, ipmitool and FreeIPMI: how each is asked, and what it says. */

/** What is wanted of a BMC: the power, a request as bytes (network function, command, data), or the next boot. */
export type IpmiDeed =
  | { readonly kind: 'power'; readonly verb: 'status' | 'on' | 'off' | 'cycle' | 'soft' }
  | { readonly kind: 'raw'; readonly bytes: readonly number[] }
  | { readonly kind: 'netboot'; readonly isUefi: boolean }

export interface IpmiLogin {
  readonly address: string
  readonly port: number
  readonly user: string
  readonly password: string
  /** `operator`, `administrator` */
  readonly privilege: string
  /** The cipher suite. */
  readonly suite: number
}

/** A command, with the password where nobody else can read it. */
export interface IpmiCommand {
  readonly run: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

/** Why there is no session, as far as it can be told. */
export type LoginVerdict =
  | 'nobody'
  | 'no-name'
  | 'login'
  | 'suite'
  | 'privilege'
  | 'busy'
  | 'mute'
  | 'other'

/** The first that is found counts. */
type Verdicts = readonly (readonly [RegExp, LoginVerdict])[]

export interface IpmiTool {
  commandOf(deed: IpmiDeed, login: IpmiLogin): IpmiCommand
  /** What the BMC answered; undefined where it is none, though the program ended well. */
  answerIn(stdout: string, deed: IpmiDeed): string | undefined
  readonly verdicts: Verdicts
}

/** The device in the second byte of the boot flags: the network (IPMI 2.0 table 28-14, parameter 5). */
const pxe = 0x04

/**
 * ipmitool: `-C` is always given, since without it it asks first which suites there are, and a BMC that does
 * not answer that costs 10 s. One second for an answer, and two more tries. Without -v it says the same whatever
 * the reason.
 */
export const ipmitool: IpmiTool = {
  commandOf: (deed, login) => ipmitoolCommand(wordsOf(deed), login),
  answerIn: stdout => stdout,
  /** By the message of the session that failed (IPMI 2.0 section 13.17 and table 13-15; its own texts). */
  verdicts: [
    [/Address lookup for .* failed/, 'no-name'],
    // Asked without a session and answered without a password: who is silent here is not there.
    [/Get Auth Capabilities error|Get Channel Authentication Capabilities request/, 'nobody'],
    [/HMAC is invalid|unauthorized name|invalid integrity check value|RAKP 4 message has/, 'login'],
    [/(?:invalid|no matching) (?:auth|integrity|confid)|cipher suite/i, 'suite'],
    [/(?:unauthorized|invalid) role/, 'privilege'],
    [/insufficient resources/, 'busy'],
    // It is there and says nothing to a user or a suite that it does not know.
    [/no response from|Unable to establish IPMI v2/, 'mute'],
  ],
}

/** A call of ipmitool. */
export function ipmitoolCommand(
  words: readonly string[],
  { address, port, user, password, privilege, suite }: IpmiLogin,
): Required<Omit<IpmiCommand, 'input'>> {
  const where = ['-I', 'lanplus', '-H', address, '-p', String(port), '-U', user, '-E']
  const how = ['-L', privilege.toUpperCase(), '-N', '1', '-R', '2', '-v', '-C', String(suite)]
  const run = ['ipmitool', ...where, ...how, ...words]
  return { run, env: { IPMI_PASSWORD: password } }
}

function wordsOf(deed: IpmiDeed): string[] {
  switch (deed.kind) {
    case 'power':
      return ['chassis', 'power', deed.verb]
    case 'raw':
      return ['raw', ...deed.bytes.map(hex)]
    case 'netboot':
      return ['chassis', 'bootdev', 'pxe', ...(deed.isUefi ? ['options=efiboot'] : [])]
  }
}

/**
 * FreeIPMI: the password is read from stdin, since the program has no terminal. `opensesspriv` asks for the
 * privilege with the session, without which some BMCs refuse it to all.
 */
export const freeIpmi: IpmiTool = {
  commandOf(deed, login) {
    const how = ['-D', 'LAN_2_0', '-W', 'opensesspriv']
    const times = ['--session-timeout=3500', '--retransmission-timeout=1000']
    const [program = '', ...words] = freeWordsOf(deed)
    const run = [program, ...freeIpmiLogin(login), ...how, ...times, ...words]
    return { run, input: `${login.password}\n` }
  },
  /** ipmipower ends well whatever became of it; ipmi-raw writes the command, its completion code, and the data. */
  answerIn(stdout, { kind }) {
    if (kind === 'power') return /: (?:ok|on|off)\s*$/.test(stdout) ? stdout : undefined
    return /rcvd: [\dA-F]{2} 00\b(.*)/s.exec(stdout)?.[1]
  },
  verdicts: [
    [/invalid hostname|hostname invalid/, 'no-name'],
    [/connection timeout/, 'nobody'],
    [/(?:username|password|k_g) invalid/, 'login'],
    // ipmi_sim and some BMCs answer a suite that they do not know with an error of no name.
    [/(?:cipher suite id|authentication type) unavailable|BMC error|internal IPMI error/, 'suite'],
    [/privilege level/, 'privilege'],
    [/BMC busy/, 'busy'],
    [/(?:session|password verification) timeout/, 'mute'],
  ],
}

/** Where and who, for programs of FreeIPMI, which ask for the password. */
export function freeIpmiLogin({ address, port, user, privilege, suite }: IpmiLogin): string[] {
  const at = `${address.includes(':') ? `[${address}]` : address}:${port}`
  const level = privilege === 'operator' ? 'OPERATOR' : 'ADMIN'
  return ['-h', at, '-u', user, '-P', '-I', String(suite), '-l', level]
}

function freeWordsOf(deed: IpmiDeed): string[] {
  if (deed.kind === 'power') {
    return ['ipmipower', deed.verb === 'status' ? '--stat' : `--${deed.verb}`]
  }
  // Chassis, Set System Boot Options, the boot flags: valid, for the next boot, and the mode.
  const flags = [
    0x00,
    0x08,
    0x05,
    deed.kind === 'netboot' && deed.isUefi ? 0xa0 : 0x80,
    pxe,
    0,
    0,
    0,
  ]
  const bytes = deed.kind === 'raw' ? deed.bytes : flags
  const lun = '0x00'
  return ['ipmi-raw', lun, ...bytes.map(hex)]
}

function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`
}

/** What the words of a program mean. */
export function verdictOf(text: string, { verdicts }: Pick<IpmiTool, 'verdicts'>): LoginVerdict {
  return verdicts.find(([pattern]) => pattern.test(text))?.[1] ?? 'other'
}

/** What is asked, for people. */
export function ipmiWords(deed: IpmiDeed): string {
  return wordsOf(deed).join(' ')
}
