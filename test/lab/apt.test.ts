import t from 'tap'
import { readPlan, readStatus } from './apt.ts'

t.test('what apt-get would do', async t => {
  const text = [
    'Use apt autoremove to remove them.',
    'The following NEW packages will be installed:',
    '  ipxe qemu-system-x86',
    '0 upgraded, 92 newly installed, 0 to remove and 3 not upgraded.',
    'Need to get 12.5 MB/61.2 MB of archives.',
    'After this operation, 312 MB of additional disk space will be used.',
    'Do you want to continue? [Y/n] N',
  ]
  t.strictSame(readPlan(text.join('\n')), { count: 92, download: '61.2 MB', disk: '312 MB' })
  t.equal(readPlan('E: Unable to locate package ipxe'), undefined)
})

t.test("apt's status lines are one bar: fetching, then installing", async t => {
  t.strictSame(readStatus('dlstatus:3:50.0:Retrieving file 3 of 6'), {
    percent: 25,
    text: 'Retrieving file 3 of 6',
  })
  t.strictSame(readStatus('pmstatus:ipxe:100.0:Installed ipxe (amd64): all'), {
    percent: 100,
    text: 'Installed ipxe (amd64): all',
  })
  t.equal(readStatus('pmerror:ipxe:10:broken'), undefined)
})
