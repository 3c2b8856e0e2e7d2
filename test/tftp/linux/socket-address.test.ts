import t from 'tap'
import { readSocketAddress, writeSocketAddress } from '../../../src/tftp/linux/socket-address.ts'

t.test('what is written is read again, in both families and with a zone', async t => {
  for (const sender of [
    { address: '10.77.0.1', port: 69 },
    { address: '255.255.255.255', port: 65_535 },
    { address: '2001:db8:77::1', port: 2070 },
    { address: 'fe80::1%3', port: 1 },
    { address: '::', port: 0 },
  ]) {
    const raw = writeSocketAddress(sender)
    t.match(readSocketAddress(raw), sender)
    t.strictSame(readSocketAddress(raw).raw, raw)
  }
})

t.test('as the kernel has them (ip(7), ipv6(7))', async t => {
  const hex = (address: string, port: number) =>
    Buffer.from(writeSocketAddress({ address, port })).toString('hex')
  t.equal(hex('10.77.0.1', 69), `02000045${'0a4d0001'}${'00'.repeat(8)}`)
  const ipv6 = '20010db8000000000000000000000001'
  t.equal(hex('2001:db8::1', 69), `0a000045${'00000000'}${ipv6}${'00000000'}`)
  t.equal(hex('fe80::1%258', 69).slice(-8), '02010000')
})

t.test('an address outlives the bytes that it was read from', async t => {
  const bytes = Buffer.from(writeSocketAddress({ address: '10.77.0.1', port: 69 }))
  const { raw } = readSocketAddress(bytes)
  bytes.fill(255)
  t.match(readSocketAddress(raw), { address: '10.77.0.1', port: 69 })
})

t.test('what is no address is nobody, or refused', async t => {
  for (const bytes of [
    [],
    [2, 0],
    Array(16).fill(0),
    Array(28).fill(7),
    [10, ...Array(20).fill(0)],
  ]) {
    t.match(readSocketAddress(Uint8Array.from(bytes)), { port: 0 })
  }
  t.throws(() => writeSocketAddress({ address: 'localhost', port: 69 }), /localhost is no address/)
})
