import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { fuzz } from '../test/fuzz/fuzz.ts'
import { fuzz6 } from '../test/fuzz/fuzz6.ts'

/**
 * Random and mutated DHCP packets, of DHCPv6 where that is said, a million of them, through everything between two sockets: no
 * exception, no answer that breaks a rule, no growth of memory. Prints what it did as one JSON object and
 * ends with 1 when a rule was broken.
 *
 *   node bench/fuzz.ts [packets] [seed] [dhcp6]
 */
const [packets = '1000000', seed = `${Date.now() % 2 ** 32}`, what] = process.argv.slice(2)
const play = what === 'dhcp6' ? fuzz6 : fuzz

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

/** Bytes that are in use after each 50,000 packets. */
const heap: number[] = []
const began = performance.now()
const { wrong, ...tally } = play(Number(seed), Number(packets), ({ packets }) => {
  collect()
  heap.push(process.memoryUsage().heapUsed)
  process.stderr.write(`${packets} packets, ${megabytes(heap.at(-1))} MB\n`)
})
const seconds = (performance.now() - began) / 1000
const [, early = 0] = heap
const growth = megabytes((heap.at(-1) ?? 0) - early)
const figures = { seed: Number(seed), ...tally, broken: wrong.size, seconds, growthMb: growth }
process.stdout.write(`${JSON.stringify(figures)}\n`)
for (const [rule, packet] of wrong) process.stdout.write(`\nnot so: ${rule}: ${packet}`)
// Megabytes after a million packets would be bytes for each; a few are the compiler's.
process.exitCode = wrong.size > 0 || growth > 8 ? 1 : 0

function megabytes(bytes = 0): number {
  return Math.round(bytes / 10_000) / 100
}
