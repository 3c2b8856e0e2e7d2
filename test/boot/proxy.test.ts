import t from 'tap'
import {
  type HttpProxy,
  proxyBeside,
  proxyEnv,
  proxyFor,
  proxyNames,
} from '../../src/boot/proxy.ts'

const proxy: HttpProxy = {
  http: 'http://plain:3128',
  https: 'http://tls:3129',
  except: ['.lab.example', 'hooks.example', '10.77.0.0/16', '192.0.2.9'],
}

const rows: readonly [url: string, through: string | undefined][] = [
  ['http://deb.debian.org/debian', 'http://plain:3128'],
  ['https://deb.debian.org/debian', 'http://tls:3129'],
  ['http://mirror.lab.example/debian', undefined],
  ['http://lab.example/', undefined],
  ['http://collab.example/', 'http://plain:3128'],
  ['http://HOOKS.example:8080/x', undefined],
  ['http://a.hooks.example/', undefined],
  ['http://10.77.3.4:9000/', undefined],
  ['http://10.78.3.4:9000/', 'http://plain:3128'],
  ['https://192.0.2.9/', undefined],
  ['https://1.192.0.2.9.example/', 'http://tls:3129'],
  ['https://[2001:db8::1]/', 'http://tls:3129'],
  ['no url', undefined],
]

t.test('what goes through it', async t => {
  for (const [url, through] of rows) t.equal(proxyFor(url, proxy), through, url)
  t.equal(proxyFor('http://deb.debian.org/', undefined), undefined)
  t.equal(proxyFor('http://deb.debian.org/', { ...proxy, except: ['*'] }), undefined)
  t.equal(proxyFor('http://[2001:db8::1]/', { ...proxy, except: ['2001:db8::1'] }), undefined)
  t.equal(proxyFor('http://a.b.example/', { ...proxy, except: ['*.B.example'] }), undefined)
})

t.test('as templates and programs know it', async t => {
  const beside = proxyBeside('http://10.77.0.1:8080', { ...proxy, except: ['.lab.example'] })
  const names = proxyNames(beside)
  t.strictSame(names, {
    http: 'http://plain:3128',
    https: 'http://tls:3129',
    except: '10.77.0.1,.lab.example',
  })
  t.strictSame(proxyEnv(names), {
    http_proxy: 'http://plain:3128',
    https_proxy: 'http://tls:3129',
    HTTPS_PROXY: 'http://tls:3129',
    no_proxy: '10.77.0.1,.lab.example',
    NO_PROXY: '10.77.0.1,.lab.example',
  })
  t.equal(proxyFor('http://[fd00::1]:80/', proxyBeside('http://[fd00::1]:8080', proxy)), undefined)
  t.strictSame(proxyNames(undefined), { http: '', https: '', except: '' })
  t.strictSame(proxyEnv(proxyNames(undefined)), {})
  t.equal(proxyBeside('http://10.77.0.1:8080', undefined), undefined)
})
