import { constants } from 'node:os'
import { createKernelMemory } from '../../../src/linux/kernel-memory.ts'
import type { Libc } from '../../../src/linux/libc.ts'
import { headerBytes, memoryPlaces } from '../../../src/tftp/linux/memory.ts'

type ErrorName = keyof typeof constants.errno

/** A kernel of paper: it reads what it is handed as the real one would, and keeps the packets that leave. */
export function paperKernel() {
  const sent: { fd: number; to: string; packet: Buffer }[] = []
  /** What the next calls to send come to: a number of messages that leave, or an error. */
  const outcomes: (number | ErrorName)[] = []
  const paper = { sent, outcomes, calls: 0, errno: 0, cuts: 0 }
  const memory = createKernelMemory(memoryPlaces.end, () => 0)
  const { bytes } = memory

  const outcome = (count: number): number => {
    paper.calls++
    const next = outcomes.shift() ?? count
    if (typeof next === 'number') return Math.min(next, count)
    paper.errno = constants.errno[next]
    return -1
  }
  const pointerAt = (at: number) => Number(bytes.readBigUInt64LE(at))
  const message = (fd: number, at: number) => {
    const to = bytes.toString('hex', pointerAt(at), pointerAt(at) + bytes.readUInt32LE(at + 8))
    const piece = pointerAt(at + 16)
    const whole = bytes.subarray(pointerAt(piece), pointerAt(piece) + pointerAt(piece + 8))
    const isCut = pointerAt(at + 40) > 0
    if (isCut) paper.cuts++
    const segment = isCut ? bytes.readUInt16LE(pointerAt(at + 32) + 16) : whole.length
    for (let from = 0; from < whole.length; from += segment) {
      sent.push({ fd, to, packet: Buffer.from(whole.subarray(from, from + segment)) })
    }
  }
  const calls = {
    errno: () => paper.errno,
    send(fd: number, at: number, length: number) {
      const count = outcome(1)
      if (count === 1)
        sent.push({ fd, to: '', packet: Buffer.from(bytes.subarray(at, at + length)) })
      return count < 0 ? -1 : length
    },
    sendmmsg(fd: number, at: number, wanted: number) {
      const count = outcome(wanted)
      for (let n = 0; n < count; n++) message(fd, at + n * headerBytes)
      return count
    },
  }
  return Object.assign(paper, { libc: calls as unknown as Libc, memory })
}
