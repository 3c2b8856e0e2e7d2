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
