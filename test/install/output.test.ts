import t from 'tap'
import type { NewEvent } from '../../src/boot/event-record.ts'
import { textOf } from '../../src/boot/words/event.ts'
import { createOutput } from '../../src/install/output.ts'

function open(bound: number) {
  const clock = { now: 0 }
  const told: string[] = []
  const memory = { record: (event: NewEvent) => void told.push(textOf(event)) }
  const deps = { memory, now: () => clock.now, outputBound: () => bound }
  const clean = (line: string) => line.replace('secret', '***')
  return { clock, told, output: createOutput({ host: 'node1', callback: 'deploy' }, deps, clean) }
}

t.test(
  'a deploy that never stops talking is held to a rate, and what is left out is told',
  async t => {
    const { clock, told, output } = open(1 << 20)
    for (let n = 0; n < 50_000; n++) output.line(`line ${n}`)
    t.equal(told.length, 1000)
    clock.now += 1000
    output.line('a secret')
    t.match(told.at(-2), '49000 lines left out: too many at once')
    t.match(told.at(-1), 'a ***')
    for (let n = 0; n < 100; n++) output.line('x')
    output.end()
    t.match(told.at(-1), '51 lines left out', 'also at the end')
  },
)

t.test('rows count as well as bytes', async t => {
  const { clock, told, output } = open(10_000)
  for (let n = 0; n < 1000; n++) {
    clock.now += 1000
    output.line('')
  }
  t.equal(told.length, 100)
  t.match(told.at(-1), 'more output is not kept')
})
