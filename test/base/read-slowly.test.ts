import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mock } from 'node:test'
import t from 'tap'
import { readSlowly } from '../../src/base/read-slowly.ts'

t.test('a program that never stops talking waits while its pipe rests', async t => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  const child = spawn('cat', ['/dev/zero'], { stdio: ['ignore', 'pipe', 'ignore'] })
  t.teardown(() => child.kill('SIGKILL'))
  const pieces: number[] = []
  readSlowly<Buffer>(child.stdout, 10, piece => pieces.push(piece.length))

  for (const count of [1, 2, 3]) {
    await turnsUntil(() => pieces.length >= count)
    const written = await standstill(child.pid ?? 0)
    t.equal(pieces.length, count, 'one piece, then a rest')
    const taken = pieces.reduce((sum, size) => sum + size, 0)
    t.ok(written - taken < 1 << 20, 'the program waits', { written, taken })
    mock.timers.tick(10)
  }
})

/** Bytes that a program has written, once it writes no more. */
async function standstill(pid: number): Promise<number> {
  const written = () => Number(/^wchar: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1])
  for (let before = -1, now = written(); ; before = now, now = written()) {
    if (before === now) return now
    await turns(200)
  }
}

async function turnsUntil(holds: () => boolean): Promise<void> {
  while (!holds()) await turns(1)
}

async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await new Promise(resolve => setImmediate(resolve))
}
