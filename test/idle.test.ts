import t from 'tap'
import { createIdleMeter } from './idle.ts'

t.test('what nobody wanted of the processors since the last question', async t => {
  let stat = ''
  const set = (...fields: number[]) => {
    stat = `cpu  ${fields.join(' ')}\ncpu0 1 2 3 4 5 6 7 8 9 10\nintr 1\n`
  }
  // user, nice, system, idle, iowait, irq, softirq, steal, guest, guest_nice
  set(1000, 500, 300, 5000, 60, 0, 10, 0, 0, 0)
  const free = createIdleMeter(() => stat, 0)
  const freeOfNice = createIdleMeter(() => stat, 5)
  t.equal(free(), 0, 'nothing has passed')
  freeOfNice()
  set(1040, 520, 310, 5020, 65, 0, 15, 0, 40, 0)
  t.equal(free(), 0.45, 'idle, waiting, and behind the others')
  t.equal(freeOfNice(), 0.25, 'who is behind himself is no measure')
  set(1140, 520, 310, 5020, 65, 0, 15, 0, 40, 0)
  t.equal(free(), 0)
})
