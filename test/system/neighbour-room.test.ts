import t from 'tap'
import { neighbourRoom, whyCrowded } from '../../src/system/neighbour-room.ts'

t.test('more cards than the neighbour table holds are worth a sentence', async t => {
  t.strictSame(whyCrowded(1023, 1024), [])
  t.strictSame(whyCrowded(1024, 1024), [
    '1024 network cards in the config, and the kernel reaches 1024 machines at once: raise it before all of them boot together (sysctl -w net.ipv4.neigh.default.gc_thresh3=2048)',
  ])
  t.match(whyCrowded(1500, 1024)[0], /gc_thresh3=4096\)$/)
})

t.test('the kernel says how many, or nothing', async t => {
  const room = neighbourRoom()
  t.ok(room === undefined || room > 0, String(room))
})
