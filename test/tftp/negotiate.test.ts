import t from 'tap'
import { negotiate } from '../../src/tftp/negotiate.ts'

const limits = { blockSize: 1468, windowSize: 32 }

const rows = [
  { when: 'nothing is asked', asks: {}, oack: {}, blockSize: 512, windowSize: 1 },
  { when: 'a block size below the limit', asks: { blksize: '1024' }, oack: { blksize: '1024' } },
  { when: 'a block size above the limit', asks: { blksize: '8192' }, oack: { blksize: '1468' } },
  { when: 'the smallest block size', asks: { blksize: '8' }, oack: { blksize: '8' } },
  { when: 'a block size below 8', asks: { blksize: '7' }, oack: {}, blockSize: 512 },
  { when: 'a block size that is no number', asks: { blksize: '1e3' }, oack: {}, blockSize: 512 },
  { when: 'the size', asks: { tsize: '0' }, oack: { tsize: '98765' } },
  { when: 'a timeout', asks: { timeout: '5' }, oack: { timeout: '5' }, timeoutSeconds: 5 },
  {
    when: 'a timeout is echoed letter for letter',
    asks: { timeout: '005' },
    oack: { timeout: '005' },
  },
  { when: 'a timeout of 0', asks: { timeout: '0' }, oack: {} },
  { when: 'a timeout of 256', asks: { timeout: '256' }, oack: {} },
  { when: 'a window', asks: { windowsize: '4' }, oack: { windowsize: '4' }, windowSize: 4 },
  { when: 'a wide window', asks: { windowsize: '64' }, oack: { windowsize: '32' }, windowSize: 32 },
  { when: 'a window of 0', asks: { windowsize: '0' }, oack: {}, windowSize: 1 },
  { when: 'a window of 65536', asks: { windowsize: '65536' }, oack: {}, windowSize: 1 },
  { when: 'an unknown option (WDS)', asks: { msftwindow: '31416' }, oack: {} },
]

for (const { when, asks, oack, ...expected } of rows) {
  t.test(when, async t => {
    const { accepted, ...terms } = negotiate(new Map(Object.entries(asks)), 98_765, limits)
    t.strictSame([...accepted], Object.entries(oack))
    t.match(terms, expected)
  })
}

t.test('the order is blksize, tsize, timeout, windowsize, whatever was asked first', async t => {
  const asks = { windowsize: '4', timeout: '3', rollover: '0', tsize: '0', blksize: '512' }
  const { accepted } = negotiate(new Map(Object.entries(asks)), 7, limits)
  t.strictSame([...accepted.keys()], ['blksize', 'tsize', 'timeout', 'windowsize'])
})

t.test('the limit of 65464 bytes can be reached', async t => {
  const wide = { blockSize: 65_464, windowSize: 32 }
  t.equal(negotiate(new Map([['blksize', '65464']]), 1, wide).blockSize, 65_464)
})
