import Type from 'typebox'
import { snmpModelNames } from '../../boot/power.ts'
import { defaults } from '../defaults.ts'
import * as v from './values.ts'

const d = defaults.power

export const pause = v.key(
  v.duration,
  'From off to on: what stands behind a plug has capacitors.',
  d.pause,
)

/** Outlets of PDUs by SNMP. */
export const snmp = v.knownKeys(
  {
    model: v.described(Type.Enum([...snmpModelNames]), {
      description: 'Whose outlets they are, which says the OIDs. poe: any switch with RFC 3621.',
    }),
    communityFile: v.key(v.path, 'File with the community that may write (SNMP 1 and 2c).'),
    version: v.key(Type.Enum([1, 2]), 'With a community: SNMP 1 or 2c.', 1),
    user: v.key(Type.String({ title: 'a user name', minLength: 1 }), 'For SNMP 3, with SHA.'),
    passwordFile: v.key(v.path, 'File with the password of `user`.'),
    privacyFile: v.key(v.path, 'File with its password for AES. Default: nothing is encrypted.'),
    port: v.key(v.port, 'UDP port.', d.snmpPort),
    pause,
  },
  { title: 'power by SNMP', examples: ['{ model: apc, communityFile: pdu-community }'] },
)

/** Whatever Home Assistant switches. */
export const homeAssistant = v.knownKeys(
  {
    url: v.described(
      Type.String({ title: 'a URL', pattern: '^https?://', examples: ['http://10.77.1.40:8123'] }),
      { description: 'Where it is.' },
    ),
    tokenFile: v.described(v.path, { description: 'File with a long-lived access token.' }),
    entity: v.key(
      Type.String({ title: 'text', minLength: 1 }),
      'What switches a host, a template.',
      d.entity,
    ),
    pause,
  },
  {
    title: 'power by Home Assistant',
    examples: ['{ url: "http://10.77.1.40:8123", tokenFile: home-token }'],
  },
)
