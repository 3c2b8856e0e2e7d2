import t from 'tap'
import { takeHandedOver, untiedOf } from '../../src/system/handed-over.ts'

t.test('sockets in the order of their names', async t => {
  const env: NodeJS.ProcessEnv = {
    LISTEN_PID: '5',
    LISTEN_FDS: '4',
    LISTEN_FDNAMES: 'dhcp-br0:tftp-br-lan:http:dhcp-br0',
    PATH: '/bin',
  }
  t.strictSame(takeHandedOver(env, 5), {
    sockets: [
      { door: 'dhcp', interface: 'br0', fd: 3 },
      { door: 'tftp', interface: 'br-lan', fd: 4 },
    ],
    unknown: ['http', 'dhcp-br0'],
  })
  t.strictSame(env, { PATH: '/bin' }, 'our children do not see them')
})

t.test('those of another process are not ours', async t => {
  const nothing = { sockets: [], unknown: [] }
  const env = { LISTEN_PID: '6', LISTEN_FDS: '1', LISTEN_FDNAMES: 'dhcp-br0' }
  t.strictSame(takeHandedOver(env, 5), nothing)
  t.strictSame(takeHandedOver({}, 5), nothing)
  t.strictSame(takeHandedOver({ LISTEN_PID: '5', LISTEN_FDS: 'x' }, 5), nothing)
})

t.test('sockets that are not tied to their interface', async t => {
  const sockets = (['dhcp', 'tftp'] as const).map((door, n) => ({
    ...{ door, interface: 'br0', fd: 3 + n },
  }))
  const line = (port: number, device = '%br0') => `UNCONN 0 0 0.0.0.0${device}:${port} 0.0.0.0:*`
  t.strictSame(untiedOf(sockets, [line(67), line(69)].join('\n')), [])
  t.strictSame(untiedOf(sockets, [line(67), line(69, '')].join('\n')), ['br0'])
  t.strictSame(untiedOf([], ''), [])
})
