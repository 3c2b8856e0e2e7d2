import t from 'tap'
import { errors, lan, load, right } from './check.ts'

const tls = (more = '') => `${lan}http: { tls: { certFile: a.crt, keyFile: k/a.key${more} } }\n`
const files = { 'a.crt': '', 'k/a.key': '' }

t.test('http.tls with its defaults', async t => {
  const { http, folder } = right(t, tls(), files)
  t.equal(http.port, 8080)
  const certFile = `${folder}/a.crt`
  t.strictSame(http.tls, { port: 8443, certFile, keyFile: `${folder}/k/a.key`, scripts: false })
  t.match(right(t, tls(', port: 443, scripts: true'), files).http.tls, { port: 443, scripts: true })
  t.equal(right(t, lan).http.tls, undefined)
})

t.test('what is wrong with it', async t => {
  t.match(errors(t, tls(', port: 8080')), [/http\.tls\.port: 8080 is the port of plain HTTP/])
  t.match(errors(t, `${lan}http: { tls: { certFile: a } }\n`), [/http\.tls: `keyFile` is missing/])
  const { problems } = load(t, tls(), { 'a.crt': '' })
  t.match(problems, [
    { severity: 'warning', path: 'http.tls.keyFile', message: /a\.key does not exist yet/ },
  ])
})
