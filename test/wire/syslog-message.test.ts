import t from 'tap'
import { readSyslog } from '../../src/wire/syslog-message.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

/** What was sent, who says it, how bad it is and what it says. */
const rows = [
  // logger of util-linux 2.41, --rfc5424 and --rfc3164.
  [
    '<13>1 2026-11-21T02:40:01.123456+00:00 node1 root - - [timeQuality tzKnown="1" isSynced="0"] hello',
    { severity: 'notice', app: 'root', text: 'hello' },
  ],
  ['<13>Nov 21 02:40:01 node1 root: hello', { severity: 'notice', app: 'root', text: 'hello' }],
  [
    '<11>Nov 21 02:40:01 node1 d-i[42]: no disk',
    { severity: 'err', app: 'd-i[42]', text: 'no disk' },
  ],
  // busybox syslogd -R leaves out the host.
  [
    '<30>Nov  1 00:00:05 udhcpc: lease lost',
    { severity: 'info', app: 'udhcpc', text: 'lease lost' },
  ],
  [
    '<6>Nov  1 00:00:05 kernel: [  1.2] eth0: up',
    { severity: 'info', app: 'kernel', text: '[  1.2] eth0: up' },
  ],
  // rsyslog's forwarding format.
  [
    '<86>2026-11-21T02:40:01.5+01:00 node1 sshd[7]: Accepted publickey',
    { severity: 'info', app: 'sshd[7]', text: 'Accepted publickey' },
  ],
  [
    '<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 ID47 [a b="x\\]y"][c d="1"] \uFEFF%% It’s time',
    { severity: 'notice', app: 'myproc[8710]', text: '%% It’s time' },
  ],
  ['<34>1 - - - - - - nothing known', { severity: 'crit', text: 'nothing known' }],
  // A kernel's netconsole, and programs that know no standard.
  [
    '<4>[    5.000] e1000: link is down',
    { severity: 'warning', text: '[    5.000] e1000: link is down' },
  ],
  ['error: no disk', { severity: 'notice', text: 'error: no disk' }],
  ['<14>anaconda[1]: starting', { severity: 'info', app: 'anaconda[1]', text: 'starting' }],
  ['<999>odd', { severity: 'notice', text: '<999>odd' }],
  ['<>x', { severity: 'notice', text: '<>x' }],
  ['a\u001b[31mb\nc\u0000d', { severity: 'notice', text: 'a [31mb c d' }],
] as const

for (const [text, wanted] of rows) {
  t.test(JSON.stringify(text.slice(0, 50)), async t => {
    t.strictSame(readSyslog(bytes(text)), { ...wanted })
  })
}

t.test('what says nothing is nothing', async t => {
  for (const text of ['', ' \n', '<13>', '<13>1 - - - - - -', '\u0000'])
    t.equal(readSyslog(bytes(text)), undefined, JSON.stringify(text))
})

t.test('long ones are cut, and no bytes can break it', async t => {
  t.equal(readSyslog(bytes(`<13>${'x'.repeat(60_000)}`))?.text.length, 1024)
  t.equal(readSyslog(Uint8Array.of(0xff, 0xfe, 0x41))?.text, 'A')
  for (const hostile of [
    '['.repeat(4000),
    `<13>1 - - - - - ${'[a b="\\'.repeat(600)}`,
    '<13>'.repeat(1000),
  ])
    t.type(readSyslog(bytes(hostile))?.text, 'string', hostile.slice(0, 20))
})
