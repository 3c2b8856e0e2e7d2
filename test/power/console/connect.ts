import type { Test } from 'tap'
import type { ConsoleWay } from '../../../src/boot/console.ts'
import { renderText } from '../../../src/config/template/template.ts'
import { connectConsole } from '../../../src/power/console/ways.ts'

/** What is heard of a console; `until` resolves when this was said. */
export function connect(t: Test, way: ConsoleWay, context: object = {}, knownHosts = '') {
  let text = ''
  let bytes = 0
  let opened = false
  const wanted = new Set<() => void>()
  const look = () => {
    for (const one of wanted) one()
  }
  const ears = {
    opened() {
      opened = true
      look()
    },
    bytes(piece: Uint8Array) {
      bytes += piece.length
      if (text.length < 100_000) text += Buffer.from(piece).toString('latin1')
      look()
    },
    restMs: () => 10,
  }
  const target = { address: '127.0.0.1', context }
  const session = connectConsole(way, target, ears, { render: renderText, knownHosts })
  t.teardown(() => session.end())
  const until = (is: () => boolean) =>
    new Promise<void>(resolve => {
      const one = () => {
        if (!is()) return
        wanted.delete(one)
        resolve()
      }
      wanted.add(one)
      one()
    })
  return {
    ...session,
    heard: (what: RegExp) => until(() => what.test(text)),
    isOpen: () => until(() => opened),
    text: () => text,
    bytes: () => bytes,
  }
}
