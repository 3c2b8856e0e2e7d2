import t from 'tap'
import { startHttp } from './daemon.ts'

t.test('/metrics says whether it is ready and how many networks are held', async t => {
  const { app } = await startHttp(t)
  const reply = await app.inject({ url: '/metrics', remoteAddress: '127.0.0.1' })
  t.equal(reply.statusCode, 200)
  t.match(reply.headers['content-type'], /^text\/plain/)
  t.match(reply.body, /^bootwright_ready 1$/m)
  t.match(reply.body, /^bootwright_networks_held 0$/m)
})

t.test('/metrics answers only to admin.allow', async t => {
  const { app } = await startHttp(t)
  const reply = await app.inject({ url: '/metrics', remoteAddress: '10.77.0.20' })
  t.equal(reply.statusCode, 403)
})

t.test('what has not happened yet is 0 from the start, and not missing', async t => {
  const { app } = await startHttp(t)
  const { body } = await app.inject({ url: '/metrics', remoteAddress: '127.0.0.1' })
  const rows: readonly (readonly [name: string, label: string, values: readonly string[]])[] = [
    ['tftp_transfers_total', 'result', ['done', 'failed', 'refused']],
    ['http_downloads_total', 'result', ['sent', 'client closed', 'file changed']],
    ['installs_total', 'outcome', ['installed', 'failed', 'cancelled']],
    ['callback_tries_total', 'result', ['delivered', 'retry', 'undelivered', 'ended', 'failed']],
    ['syslog_messages_total', 'result', ['kept', 'dropped', 'stranger']],
  ]
  for (const [name, label, values] of rows) {
    const lines = body.split('\n').filter(line => line.startsWith(`bootwright_${name}{`))
    t.strictSame(
      lines,
      values.map(value => `bootwright_${name}{${label}="${value}"} 0`),
      name,
    )
  }
  for (const name of ['tftp_sent_bytes_total', 'http_sent_bytes_total']) {
    t.match(body, new RegExp(`^bootwright_${name} 0$`, 'm'))
  }
})
