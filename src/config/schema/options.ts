import Type, { type Static } from 'typebox'
import * as v from './values.ts'

const code = Type.String({
  title: 'the number of a DHCP option',
  pattern: '^(?:[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-4])$',
  examples: ['252'],
})

const addresses = Type.Unsafe<string | string[]>({
  title: 'an IPv4 address or a list of addresses',
  type: ['string', 'array'],
  pattern: v.addressPattern,
  items: v.address,
  minItems: 1,
  examples: ['10.77.0.1'],
})

const hex = Type.String({
  title: 'bytes in hex',
  pattern: '^[0-9a-fA-F]{2}(?:[ :]?[0-9a-fA-F]{2})*$',
  examples: ['"01:04:0a"'],
})

const whole = (bits: 8 | 16 | 32) =>
  Type.Integer({ title: 'a number', minimum: 0, maximum: 2 ** bits - 1 })

const option = v.knownKeys(
  {
    ip: v.key(addresses, 'An address or several.'),
    text: v.key(Type.String({ title: 'text', minLength: 1 }), 'Text, without a NUL behind it.'),
    u8: v.key(whole(8), 'A number of 1 byte.'),
    u16: v.key(whole(16), 'A number of 2 bytes.'),
    u32: v.key(whole(32), 'A number of 4 bytes.'),
    hex: v.key(hex, 'Bytes as they are.'),
    force: v.key(
      Type.Boolean({ title: 'true or false' }),
      'Sent to clients that do not ask for it (option 55), too.',
      false,
    ),
  },
  { title: 'an option', examples: ['{ text: "http://wpad.example/wpad.dat" }'] },
)

/** DHCP options by their number, each with a value of one type. */
export const options = v.mapOf(code, option, {
  title: 'a map of DHCP options',
  examples: ['{ 150: { ip: 10.77.0.1 } }'],
})

export type RawOption = Static<typeof option>
export type RawOptions = Readonly<Record<string, RawOption>>
