import t from 'tap'
import { errors, lan, right } from './check.ts'

t.test('fallback of loaders: auto unless it says off', async t => {
  t.equal(right(t, lan).loaderFallback, 'auto')
  t.equal(right(t, `${lan}loaders: {}`).loaderFallback, 'auto')
  t.equal(right(t, `${lan}loaders: { fallback: off }`).loaderFallback, 'off')
  t.match(errors(t, `${lan}loaders: { fallback: maybe }`), [
    /^c:2:22: loaders.fallback: .*auto, off/,
  ])
})

t.test('wake: a host that is to be woken', async t => {
  const host = (more: string) => `${lan}hosts: { n: { mac: 52:54:00:12:34:56${more} } }\n`
  t.equal(right(t, host(', wake: true')).hosts.get('n')?.wake, true)
  t.equal(right(t, host('')).hosts.get('n')?.wake, undefined)
  t.match(errors(t, host(', wake: 1')), [/hosts\.n\.wake: .*true or false/])
})
