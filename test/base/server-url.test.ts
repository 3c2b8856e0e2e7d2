import t from 'tap'
import { atServer, besides, serverUrl } from '../../src/base/server-url.ts'

t.test('a server by its address', async t => {
  t.equal(serverUrl('10.0.0.1', 8080), 'http://10.0.0.1:8080')
  t.equal(serverUrl('10.0.0.1', 8443, 'https'), 'https://10.0.0.1:8443')
  t.equal(serverUrl('fd00::1', 80), 'http://[fd00::1]:80')
})

t.test('the same at another server', async t => {
  const other = 'http://[fd00::2]:80'
  t.equal(
    atServer('http://10.0.0.1:8080/assets/linux?a=http://x/', other),
    `${other}/assets/linux?a=http://x/`,
  )
})

t.test('others are of the same scheme and family, and each is there once', async t => {
  const urls = [
    'http://10.0.0.1:80',
    'http://10.0.0.2:80',
    'http://[fd00::2]:80',
    'https://10.0.0.2:443',
  ]
  t.strictSame(besides('http://10.0.0.1:80', [...urls, ...urls]), ['http://10.0.0.2:80'])
  t.strictSame(besides('http://[fd00::1]:80', urls), ['http://[fd00::2]:80'])
})
