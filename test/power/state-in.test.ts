import t from 'tap'
import { stateIn } from '../../src/power/state-in.ts'

const rows: readonly [string, string, Parameters<typeof stateIn>[1]?][] = [
  ['{"POWER":"ON"}', 'on'],
  ['{"POWER":"OFF"}', 'off'],
  ['{"id":0,"output":true,"apower":8.2}', 'on'],
  ['{"id":0,"output":false}', 'off'],
  ['running\n', 'on'],
  ['shut off\n', 'off'],
  ['status: stopped', 'off'],
  ['1', 'on'],
  ['0\n', 'off'],
  ['Chassis Power is on', 'on'],
  ['', 'unknown'],
  ['on or off', 'unknown'],
  ['{"power-on": "?"}', 'unknown'],
  ['{"state":"playing"}', 'on', { isOn: 'playing' }],
  ['{"state":"idle"}', 'off', { isOn: 'playing' }],
  ['{"state":"idle"}', 'off', { isOn: 'playing', isOff: 'idle' }],
  ['{"state":"?"}', 'unknown', { isOn: 'playing', isOff: 'idle' }],
  ['off', 'off', { isOff: 'off' }],
  ['anything', 'on', { isOff: 'off' }],
]

for (const [text, state, given] of rows) {
  t.test(`${JSON.stringify(text)} is ${state}`, async t => t.equal(stateIn(text, given), state))
}
