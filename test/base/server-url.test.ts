import t from 'tap'
import { serverUrl } from '../../src/base/server-url.ts'

t.test('a server by its address', async t => {
  t.equal(serverUrl('10.0.0.1', 8080), 'http://10.0.0.1:8080')
  t.equal(serverUrl('10.0.0.1', 8443, 'https'), 'https://10.0.0.1:8443')
  t.equal(serverUrl('fd00::1', 80), 'http://[fd00::1]:80')
})
