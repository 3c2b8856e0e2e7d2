import t from 'tap'
import { outputOf } from '../../src/system/output-of.ts'

t.test('what a program writes, or nothing where it did not go well', async t => {
  t.equal(outputOf('printf', ['%s', 'one two']), 'one two')
  t.equal(outputOf('cat', [], 'heard'), 'heard')
  t.equal(outputOf('sh', ['-c', 'echo half; exit 3']), undefined, 'it failed')
  t.equal(outputOf('no-such-program', []), undefined, 'it is missing')
})
