import t from 'tap'
import { createPlaces } from '../../src/http/places.ts'

function open(most: number, perAddress: number) {
  const clock = { now: 0 }
  const places = createPlaces({ most, perAddress }, () => clock.now)
  const cut: string[] = []
  const moved = new Map<string, number>()
  const take = (name: string) => {
    const place = {
      address: name[0] ?? '',
      moved: () => moved.get(name) ?? 0,
      cut: () => cut.push(name),
    }
    return places.take(place)
  }
  const pass = (ms: number) => {
    clock.now += ms
    places.look()
  }
  return { places, take, cut, moved, pass }
}

t.test('an address has its bound, and what it gives back it may have again', async t => {
  const { take, places } = open(100, 2)
  const leave = take('a1')
  t.ok(leave)
  t.ok(take('a2'))
  t.notOk(take('a3'))
  t.ok(take('b1'))
  leave?.()
  leave?.()
  t.equal(places.count(), 2)
  t.ok(take('a3'))
})

t.test('when all are taken, who has most gives way to who has less, with its slowest', async t => {
  const { take, cut, moved, pass } = open(4, 4)
  for (const name of ['a1', 'a2', 'a3', 'b1']) take(name)
  moved.set('a1', 1000).set('a2', 10).set('a3', 500).set('b1', 1)
  pass(1000)
  t.ok(take('c1'))
  t.strictSame(cut, ['a2'])
  t.notOk(take('c2'), 'a and c and b now have about as many')
})

t.test('what stands still gives way to anybody', async t => {
  const { take, cut, moved, pass } = open(3, 1)
  for (const name of ['a', 'b', 'c']) take(name)
  for (let second = 0; second < 20; second++) {
    for (const name of ['a', 'c']) moved.set(name, (moved.get(name) ?? 0) + 1)
    t.equal(cut.length, 0)
    pass(1000)
  }
  t.ok(take('d'))
  t.strictSame(cut, ['b'])
  t.notOk(take('e'), 'all others move')
})
