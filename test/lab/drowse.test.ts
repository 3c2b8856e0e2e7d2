import t from 'tap'
import { createDrowse } from './drowse.ts'

/** The machine's console, as it grows; returns when it became drowsy (true) and woke up. */
function heard(lines: readonly string[]): boolean[] {
  const set: boolean[] = []
  const drowse = createDrowse(7, (_, isDrowsy) => set.push(isDrowsy))
  for (const line of lines) drowse(line)
  return set
}

t.test('iPXE and EDK2 wait for DHCP', async t => {
  t.strictSame(
    heard([
      'Configuring (net0 52:54',
      'Configuring (net0 52:54:00:12:34:58)...',
      'Configuring (net0 52:54:00:12:34:58)......',
      '',
    ]),
    [true, false],
  )
  t.strictSame(heard(['>>Start PXE over IPv4', '>>Start PXE over IPv4.', '']), [true, false])
  t.strictSame(heard(['\n>>Start HTTP Boot over IPv4', '\n  Station IP']), [true, false])
})

t.test('a machine that works does not', async t => {
  const lines = [
    'http://10.77.0.1:8080/linux... 40%',
    'lab: installer is up',
    '',
    'BdsDxe: loading',
  ]
  t.strictSame(heard(lines), [])
})

t.test('a program that did not start is left alone', async t => {
  const drowse = createDrowse(undefined, () => t.fail('there is nobody'))
  drowse('Configuring (net0')
})
