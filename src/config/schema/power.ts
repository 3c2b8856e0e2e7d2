import Type, { type Static } from 'typebox'
import { defaults } from '../defaults.ts'
import { homeAssistant, pause, snmp } from './outlets.ts'
import * as v from './values.ts'

const d = defaults.power

const url = Type.String({
  title: 'a URL',
  pattern: '^(?:https?://|\\{)',
  examples: ['http://10.77.1.30/cm?cmnd=Power%20On'],
})

const requestKeys = {
  url: v.described(url, { description: 'Where to ask, a template.' }),
  method: v.key(Type.Enum(['GET', 'POST', 'PUT']), 'How. Default: GET, with a `body` POST.'),
  body: v.key(Type.String({ title: 'text' }), 'JSON to send, a template.'),
}

const statusKeys = {
  isOn: v.key(Type.String({ title: 'text', minLength: 1 }), 'Its answer has this in it when on.'),
  isOff: v.key(Type.String({ title: 'text', minLength: 1 }), 'Its answer has this in it when off.'),
}

const urlOr = (keys: Parameters<typeof v.knownKeys>[0]) =>
  Type.Union([url, v.knownKeys(keys, { title: 'a request' })], {
    title: 'a URL or { url, method, body }',
    examples: ['http://10.77.1.30/cm?cmnd=Power%20On'],
  })

const oneRequest = Type.Unsafe<RawRequest>(urlOr(requestKeys))
const statusRequest = Type.Unsafe<RawStatus>(urlOr({ ...requestKeys, ...statusKeys }))

interface RequestFields {
  readonly url: string
  readonly method?: 'GET' | 'POST' | 'PUT'
  readonly body?: string
}

/** A URL alone is what is asked with GET. */
export type RawRequest = string | RequestFields
export type RawStatus =
  | string
  | (RequestFields & { readonly isOn?: string; readonly isOff?: string })

/** A program and its arguments. */
export const program = Type.Array(Type.String({ title: 'text' }), {
  title: 'a program and its arguments as a list',
  minItems: 1,
  examples: ['[virsh, start, "{{ host.name }}"]'],
})

const http = v.knownKeys(
  {
    on: v.described(oneRequest, { description: 'Switches on, a URL or a request.' }),
    off: v.described(oneRequest, { description: 'Switches off.' }),
    status: v.key(
      statusRequest,
      'Says whether it is on: by on, off, true, false and the like in its answer, or by `isOn` and `isOff`.',
    ),
    user: v.key(Type.String({ title: 'a user name', minLength: 1 }), 'For Basic authentication.'),
    passwordFile: v.key(v.path, 'File with the password of `user`.'),
    tokenFile: v.key(v.path, 'File with a Bearer token.'),
    pause,
  },
  { title: 'power by HTTP', examples: ['{ on: "http://…", off: "http://…" }'] },
)

const command = v.knownKeys(
  {
    on: v.described(program, {
      description: 'Switches on: program and arguments, each a template; never given to a shell.',
    }),
    off: v.described(program, { description: 'Switches off.' }),
    cycle: v.key(program, 'Resets. Default: off and on.'),
    netboot: v.key(
      program,
      'Next boot from the network, once: before an install resets it. Default: its firmware does so by itself.',
    ),
    status: v.key(
      program,
      'Says whether it is on: by on, off, running, shut off and the like in what it writes.',
    ),
    timeout: v.key(v.duration, 'Then its whole process group is ended.', d.commandTimeout),
    pause,
  },
  {
    title: 'power by programs',
    examples: ['{ on: [virsh, start, node1], off: [virsh, destroy, node1] }'],
  },
)

const bmcAccount = {
  user: v.described(Type.String({ title: 'a user name', minLength: 1 }), {
    description: 'Of the BMC.',
  }),
  passwordFile: v.described(v.path, { description: 'File with the password.' }),
}

/** A BMC that speaks IPMI. */
export const ipmi = v.knownKeys(
  {
    ...bmcAccount,
    port: v.key(v.port, 'UDP port.', d.ipmiPort),
    cipher: v.key(
      Type.Integer({ title: 'the number of a cipher suite', minimum: 1, maximum: 255 }),
      'The cipher suite. Default: 17, and 3 for boards that do not know it.',
    ),
    privilege: v.key(
      Type.Enum(['operator', 'administrator']),
      'What is asked for; some boards let only administrators do it.',
      d.privilege,
    ),
  },
  { title: 'power by IPMI', examples: ['{ user: admin, passwordFile: ipmi-password }'] },
)

const trust = v.key(
  Type.Unsafe<'pinned' | 'none' | { readonly ca: string }>(
    Type.Union(
      [
        Type.Enum(['pinned', 'none']),
        v.knownKeys({ ca: v.described(v.path, { description: 'File with the CA, PEM.' }) }),
      ],
      { title: 'pinned, none or { ca: FILE }', examples: ['{ ca: bmc-ca.pem }'] },
    ),
  ),
  'What it must show before it gets the password. pinned: the certificate that it showed first.',
  'pinned',
)

const redfish = v.knownKeys(
  {
    ...bmcAccount,
    port: v.key(v.port, 'TCP port, for HTTPS.', d.redfishPort),
    trust,
  },
  { title: 'power by Redfish', examples: ['{ user: admin, passwordFile: bmc-password }'] },
)

const amt = v.knownKeys(
  {
    ...bmcAccount,
    tls: v.key(
      Type.Boolean({ title: 'true or false' }),
      'By HTTPS, which older AMT has only where it was set up.',
      true,
    ),
    port: v.key(v.port, 'TCP port. Default: 16993, and 16992 without TLS.'),
    trust,
  },
  { title: 'power by Intel AMT', examples: ['{ user: admin, passwordFile: amt-password }'] },
)

/** A way to the power of machines. */
export const power = v.knownKeys(
  {
    redfish: v.key(redfish, 'BMCs, by Redfish.'),
    ipmi: v.key(ipmi, 'BMCs, by IPMI 2.0 over the LAN; needs ipmitool or FreeIPMI.'),
    amt: v.key(amt, 'Desktops with Intel AMT (vPro).'),
    snmp: v.key(snmp, 'Outlets of PDUs, and ports of PoE switches, by SNMP.'),
    homeAssistant: v.key(homeAssistant, 'Every plug that Home Assistant knows.'),
    http: v.key(http, 'Plugs, PDUs and others that are switched by requests.'),
    command: v.key(command, 'Programs beside the config file.'),
  },
  { title: 'a way to power' },
)

const hostPowerWay = {
  by: v.described(v.name, { description: 'Name of the way, in `power`; `wake` is Wake-on-LAN.' }),
  address: v.key(v.hostOrAddress, 'Of its BMC or plug; in templates `{{ power.address }}`.'),
  system: v.key(
    Type.String({ title: 'the name of a system', minLength: 1 }),
    'Which one, where a BMC has several (Redfish): the end of its path in /redfish/v1/Systems.',
  ),
  outlet: v.key(
    Type.Unsafe<string | number>({
      title: 'the number of an outlet',
      type: ['string', 'integer'],
      pattern: '^[0-9]{1,9}(?:\\.[0-9]{1,9}){0,3}$',
      minimum: 0,
      maximum: 999_999_999,
      examples: ['7', '"2.7"'],
    }),
    'Which outlet of its PDU, or port of its switch (SNMP); `"2.7"` is one of the second unit.',
  ),
}

const onePower = v.knownKeys(
  {
    ...hostPowerWay,
    post: v.key(
      v.duration,
      'From a reset to its first DHCP packet, at most; what it took before is learnt.',
      d.post,
    ),
    after: v.key(Type.Enum(['off']), 'What becomes of it when it is installed.'),
  },
  { title: 'a way to its power', examples: ['{ by: plug }'] },
)

type RawHostPower = Static<typeof onePower>

/** What a host says of its power: a way to it, or several, of which the first that answers is used. */
export const hostPower = Type.Unsafe<RawHostPower | readonly (string | RawHostPower)[]>(
  Type.Union([onePower, Type.Array(Type.Union([v.name, onePower]), { minItems: 1 })], {
    title: 'a way to its power, or a list of ways',
    examples: ['{ by: plug }'],
  }),
)

export type RawPower = Static<typeof power>
export type RawHostPowers = Static<typeof hostPower>
