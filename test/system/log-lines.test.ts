import { mock } from 'node:test'
import { pino } from 'pino'
import t from 'tap'
import { withoutFloods } from '../../src/system/log-lines.ts'

t.test('a flood is counted, and what is about others is written', async t => {
  const clock = mock.timers
  clock.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 })
  t.teardown(() => clock.reset())
  const lines: { level: number; msg: string; host?: string }[] = []
  const log = pino({ base: null }, withoutFloods({ write: line => lines.push(JSON.parse(line)) }))
  for (let n = 0; n < 10_000; n++)
    log.info({ mac: `52:54:00:00:00:${n}` }, 'DHCP DISCOVER: no reply')
  log.info({ host: 'node1' }, 'node1 is installed')
  log.error('the disk is full')
  t.equal(lines.filter(({ msg }) => msg.startsWith('DHCP')).length, 500)
  t.match(lines.slice(-2), [{ msg: 'node1 is installed' }, { msg: 'the disk is full' }])
  for (let n = 0; n < 1000; n++) log.error(`error ${n}`)
  t.equal(lines.filter(({ level }) => level === 50).length, 1001, 'errors are never left out')
  clock.tick(5000)
  t.match(lines.at(-1), { level: 30, msg: '9500 more log lines like these were left out' })
  log.info('DHCP again')
  t.match(lines.at(-1), { msg: 'DHCP again' }, 'and then there is room again')
})

t.test('a flood in the name of one host leaves the others their lines', async t => {
  const lines: string[] = []
  const log = pino(
    { base: null },
    withoutFloods({ write: line => lines.push(line) }, () => 0),
  )
  for (let n = 0; n < 5000; n++) log.info({ host: 'node1' }, 'x')
  log.info({ host: 'node2' }, 'x')
  t.equal(lines.length, 501)
})
