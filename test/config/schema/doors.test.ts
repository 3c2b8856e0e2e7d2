import t from 'tap'
import { errors, lan, right } from '../check.ts'

t.test('memory and bounds of HTTP: defaults, and as they are written', async t => {
  t.match(right(t, lan).http, {
    cache: 512 * 2 ** 20,
    limits: { connections: 8192, downloads: 2048, headers: 10, idle: 120 },
  })
  const written = `${lan}http: { cacheMiB: 0, limits: { downloads: 4, idle: 5m } }`
  t.match(right(t, written).http, {
    cache: 0,
    limits: { connections: 8192, downloads: 4, headers: 10, idle: 300 },
  })
})

t.test('bounds of TFTP', async t => {
  t.strictSame(right(t, lan).tftp.limits, { transfers: 4096, perAddress: 256 })
  const written = `${lan}tftp: { limits: { perAddress: 16 } }`
  t.strictSame(right(t, written).tftp.limits, { transfers: 4096, perAddress: 16 })
})

t.test('mistakes say where and what', async t => {
  t.match(errors(t, `${lan}http: { cacheMiB: much }`), [
    /^c:2:19: http\.cacheMiB: .*a number of MiB/,
  ])
  t.match(errors(t, `${lan}http: { limits: { downloads: 0 } }`), [
    /^c:2:30: http\.limits\.downloads: /,
  ])
  t.match(errors(t, `${lan}http: { limits: { idle: never } }`), [
    /^c:2:25: http\.limits\.idle: .*a time/,
  ])
  t.match(errors(t, `${lan}tftp: { limits: { transfers: 1.5 } }`), [
    /^c:2:30: tftp\.limits\.transfers: .*a number of downloads/,
  ])
  t.match(errors(t, `${lan}http: { limits: { download: 5 } }`), [/downloads/])
})
