import t from 'tap'
import { errors, lan, right } from './check.ts'

const profile = (more: string) => `profiles: { debian: { kernel: k, initrd: i${more} } }\n`
const host = (more = '') => `hosts: { node1: { mac: 52:54:00:12:34:56, profile: debian${more} } }\n`
const local = ['localhost', '127.0.0.1', '::1']

t.test('one URL is for everything; profile and host say another, or none', async t => {
  const top = `${lan}proxy: http://proxy:3128\n`
  const of = (text: string) => right(t, text).hosts.get('node1')?.profile?.proxy
  const one = { http: 'http://proxy:3128', https: 'http://proxy:3128', except: local }
  t.strictSame(right(t, top).proxy, one)
  t.strictSame(of(top + profile('') + host()), one)
  t.equal(of(top + profile(', proxy: none') + host()), undefined)
  t.match(of(top + profile(', proxy: none') + host(', proxy: http://other:1')), {
    http: 'http://other:1',
  })
  t.equal(of(top + profile('') + host(', proxy: none')), undefined)
  t.equal(right(t, lan).proxy, undefined)
  t.equal(right(t, `${lan}proxy: none\n`).proxy, undefined)
  const whole =
    '{ http: "http://a:1", https: "https://b:2", except: [.lab.example, 10.0.0.0/8, "*"] }'
  t.strictSame(right(t, `${lan}proxy: ${whole}\n`).proxy, {
    ...{ http: 'http://a:1', https: 'https://b:2' },
    except: [...local, '.lab.example', '10.0.0.0/8', '*'],
  })
})

t.test('a profile inherits that of what it extends', async t => {
  const text = `${lan}profiles:
  base: { proxy: http://base:1 }
  debian: { extends: base, kernel: k }
${host()}`
  t.match(right(t, text).hosts.get('node1')?.profile?.proxy, { http: 'http://base:1' })
})

t.test('templates know it', async t => {
  const cmdline = ', cmdline: "p={{ proxy.http }} {{ proxy.https }} {{ proxy.except }}"'
  t.strictSame(errors(t, lan + profile(cmdline) + host()), [])
  t.match(errors(t, `${lan}${profile(', cmdline: "{{ proxy.htp }}"')}${host()}`).join(), /htp/)
})

const wrong: Readonly<Record<string, [string, RegExp]>> = {
  'a password in it': [
    'proxy: http://me:secret@proxy:3128',
    /^c:2:8: proxy: has user or password in its URL/,
  ],
  'a password at a profile': [
    `profiles: { p: { kernel: k, proxy: { http: "http://p:1", https: "http://u@p:1" } } }`,
    /profiles\.p\.proxy: has user/,
  ],
  'no scheme': ['proxy: proxy:3128', /proxy: "proxy:3128" is not the URL of a proxy/],
  'a path': ['proxy: http://proxy:3128/path', /proxy: .*is not the URL of a proxy/],
  'a map without http': ['proxy: { https: "http://p:1" }', /proxy: `http` is missing/],
  'an exception with a space': ['proxy: { http: "http://p:1", except: ["a b"] }', /except\[0\]/],
  'a mirror that is no URL': ['mirror: { debian: mirror }', /mirror\.debian: "mirror" is not the/],
}

for (const [what, [text, said]] of Object.entries(wrong)) {
  t.test(what, async t => {
    t.match(errors(t, `${lan}${text}\n`).join('\n'), said)
    t.notMatch(errors(t, `${lan}${text}\n`).join('\n'), /secret/)
  })
}

t.test('mirrors, by the names of the catalogue', async t => {
  const mirror = { debian: 'http://mirror/debian' }
  t.strictSame(right(t, `${lan}mirror: { debian: http://mirror/debian }\n`).mirror, mirror)
  t.strictSame(right(t, lan).mirror, {})
})
