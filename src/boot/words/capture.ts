import { amount } from '../../base/amount.ts'
import type { CaptureReasons } from '../reasons/capture.ts'
import type { ReasonWords } from './word.ts'

/** Why a disk does not become an image, and that it does. */
export const captureWords: ReasonWords<keyof CaptureReasons> = {
  'image-exists': ({ path }) => `there is ${path} already, and nobody said that it may be replaced`,
  'disk-captured': ({ path, bytes, packed }) =>
    `captured: ${path}, ${amount(packed)}, of a disk of ${amount(bytes)}`,
  'image-not-arrived': ({ path }) =>
    `the agent was done, and ${path} has not come: build the agent again if it is of an older version`,
  'image-being-captured': ({ path }) => `another machine is sending ${path}`,
  'no-room-for-image': ({ folder, free }) =>
    `there is no room for it: the disk of ${folder} has ${amount(free)} left for images`,
  'image-not-kept': ({ error }) => `the image cannot be kept: ${error}`,
  'piece-other-size': ({ at, bytes, told }) =>
    `the piece at ${at} has ${bytes} bytes, and should have ${told}`,
  'piece-not-zstd': ({ at, error }) => `the piece at ${at} cannot be unpacked: ${error}`,
  'piece-too-long': ({ at, most }) => `the piece at ${at} has more than ${most} bytes`,
  'image-other-sum': ({ sha256, told }) =>
    `what has come has the sha256 ${sha256}, and the agent has read ${told}`,
  'image-ends-early': ({ bytes, size }) => `only ${bytes} of ${size} bytes have come`,
  'not-capturing': () => 'it is not at work on a disk for us',
  'piece-elsewhere': ({ at, have }) => `${have} bytes are here, and this piece begins at ${at}`,
  'piece-on-its-way': () => 'another piece is on its way',
  'piece-cut': ({ at }) => `the piece at ${at} did not come whole`,
}
