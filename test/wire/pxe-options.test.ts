import t from 'tap'
import { toHex } from '../../src/wire/address.ts'
import { option } from '../../src/wire/dhcp-codes.ts'
import { ipxeFeaturesOfBytes } from '../../src/wire/ipxe-options.ts'
import {
  decodePxeOptions,
  encodePxeOptions,
  pxeOption,
  raspberryPiMenu,
  useThisOffer,
} from '../../src/wire/pxe-options.ts'
import { captured } from '../packets.ts'

t.test('the value that makes firmware take the boot file of this offer', async t => {
  t.equal(toHex(useThisOffer), '060108ff')
})

t.test('the menu that a Raspberry Pi wants', async t => {
  const text = '5261737062657272792050692042 6f6f74'.replace(' ', '')
  t.equal(toHex(raspberryPiMenu), `0601030a04005058450914000011${text}ff`)
})

t.test('sub-options of 43 survive a round trip', async t => {
  const options = new Map([[pxeOption.bootItem, Uint8Array.of(0, 0, 0, 0)]])
  t.strictSame(decodePxeOptions(encodePxeOptions(options)), options)
})

t.test('features of a captured iPXE', async t => {
  const bios = ipxeFeaturesOfBytes(captured('undionly-discover').options.get(option.ipxe) ?? none)
  const efi = ipxeFeaturesOfBytes(captured('snponly-discover').options.get(option.ipxe) ?? none)
  t.strictSame([bios.has('http'), bios.has('bzimage'), bios.has('efi')], [true, true, false])
  t.strictSame([efi.has('http'), efi.has('bzimage'), efi.has('efi')], [true, false, true])
})

t.test('a feature with the value 0 is absent, and nonsense names none', async t => {
  t.strictSame(
    [...ipxeFeaturesOfBytes(Uint8Array.of(0, 19, 1, 0, 21, 1, 1, 255, 24, 1, 1))],
    ['tftp'],
  )
  for (const bytes of [none, Uint8Array.of(19), Uint8Array.of(200, 200, 1)]) {
    t.equal(ipxeFeaturesOfBytes(bytes).size, 0)
  }
})

const none = new Uint8Array()
