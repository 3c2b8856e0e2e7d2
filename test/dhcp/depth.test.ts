import t from 'tap'
import { handle } from '../../src/dhcp/handle.ts'
import { host, ip, like, mac, network, now, world } from './examples.ts'

/** The functions that are one in another at this moment, the outermost first. */
function calls(): string[] {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 100
  const { stack = '' } = new Error()
  Error.stackTraceLimit = stackTraceLimit
  return [...stack.matchAll(/^ +at (?:\w+\.)?(\w+)(?: \[as \w+\])? \(/gm)]
    .map(([, name = '']) => name)
    .reverse()
}

/** The same object, which notes who calls whom whenever something is read of it. */
function watched<T extends object>(object: T, heard: string[][]): T {
  return new Proxy(object, {
    get(target, key) {
      heard.push(calls())
      const value = Reflect.get(target, key)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** How far below `handle` a function is called, at the most. */
function depthOf(name: string, heard: readonly string[][]): number {
  const depths = heard.flatMap(names => {
    const [top, below] = [names.indexOf('handle'), names.lastIndexOf(name)]
    return top < 0 || below < 0 ? [] : [below - top]
  })
  return Math.max(...depths)
}

t.test(
  'a DISCOVER comes to what decides, chooses and writes in three steps at the most',
  async t => {
    const node1 = host('node1', mac('52:54:00:12:34:56'), '10.77.0.20')
    const { deps } = world({ hosts: [{ host: node1, due: true }] })
    const heard: string[][] = []
    const packet = like('ovmf-x64-discover', { mac: mac('52:54:00:12:34:56') })
    const outcome = handle(
      { ...packet, options: watched(packet.options, heard) },
      {
        broadcast: true,
        port: 'dhcp',
        source: { address: ip('0.0.0.0'), port: 68 },
        serverPort: 67,
        network: watched(network(), heard),
      },
      {
        ...deps,
        networks: () => [watched(network(), heard)],
        site: network => watched(deps.site(network), heard),
      },
      now,
    )
    t.match(outcome, { kind: 'reply', hold: { address: ip('10.77.0.20') } })
    for (const name of ['decide', 'selectAddress', 'buildReply']) {
      const depth = depthOf(name, heard)
      t.ok(depth > 0 && depth <= 3, `${name}: ${depth}`)
    }
  },
)
