import t from 'tap'
import { type Ipv4, parseIpv4 } from '../../src/wire/address.ts'
import { createAddressSet, firstOutside } from '../../src/wire/address-set.ts'

function ip(text: string): Ipv4 {
  const address = parseIpv4(text)
  if (address === undefined) throw new Error(text)
  return address
}

const range = (from: number, to: number) => ({ from: from as Ipv4, to: to as Ipv4 })

t.test('what is added is in, once, until it is deleted', async t => {
  const all = ['0.0.0.0', '10.0.0.31', '10.0.0.32', '255.255.255.255'].map(ip)
  const set = createAddressSet(all)
  for (const address of all) t.ok(set.has(address))
  t.notOk(set.has(ip('10.0.0.30')))
  set.add(ip('10.0.0.31'))
  set.delete(ip('10.0.0.31'))
  set.delete(ip('10.0.0.31'))
  t.notOk(set.has(ip('10.0.0.31')))
  t.ok(set.has(ip('10.0.0.32')))
})

t.test('the first address outside of all sets', async t => {
  const a = createAddressSet()
  const b = createAddressSet()
  for (let n = 1000; n < 70_000; n++) (n % 3 === 0 ? a : b).add(n as Ipv4)
  t.equal(firstOutside([a, b], range(0, 99_999)), 0)
  t.equal(firstOutside([a, b], range(1000, 99_999)), 70_000)
  t.equal(firstOutside([a, b], range(1000, 70_000)), 70_000)
  t.equal(firstOutside([a, b], range(1000, 69_999)), undefined)
  t.equal(firstOutside([a], range(1002, 99_999)), 1003)
  b.delete(50_000 as Ipv4)
  t.equal(firstOutside([a, b], range(1000, 99_999)), 50_000)
  t.equal(firstOutside([a, b], range(50_001, 99_999)), 70_000)
  t.equal(firstOutside([], range(7, 7)), 7)
})

t.test('the last of all addresses', async t => {
  const last = 0xffffffff
  const set = createAddressSet([last as Ipv4])
  t.equal(firstOutside([set], range(last, last)), undefined)
  t.equal(firstOutside([set], range(last - 1, last)), last - 1)
})

t.test('it finds what a plain search finds', async t => {
  const set = createAddressSet()
  let seed = 1
  const next = (most: number) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    return seed % most
  }
  for (let n = 0; n < 9000; n++) {
    const address = next(5000) as Ipv4
    if (next(4) === 0) set.delete(address)
    else set.add(address)
    const from = next(5000)
    let plain = from
    while (plain <= 5000 && set.has(plain as Ipv4)) plain++
    const found = firstOutside([set], range(from, 5000))
    if (found !== plain) t.fail(`${found} is not ${plain}`)
  }
})
