import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import type { Callback } from '../../src/boot/callback.ts'
import type { HttpProxy } from '../../src/boot/proxy.ts'
import { createWorld, kernelOf, until, type World } from './world.ts'

const proxy: HttpProxy = { http: 'http://p:3128', https: 'http://s:3128', except: ['.lab.example'] }
const deliveries = (world: World) => world.memory.deliveries.ofHost('node1', 10)

/** What a host's command prints of its environment, one line for each proxy variable. */
async function environmentOf(t: Test, proxy: HttpProxy | undefined) {
  const deploy: Callback = {
    ...{ kind: 'command', name: 'custom', when: [], cwd: '/tmp', timeout: 30 },
    run: ['sh', '-c', 'env | grep -i _proxy= | sort; echo $0', '{{ proxy.http }}/'],
  }
  const world = await createWorld(t, { profile: { deploy, ...(proxy && { proxy }) } })
  world.ask()
  world.boot()
  world.say('ready')
  await until(() => world.deploys.length > 0, 'the deploy ended')
  return world.timeline('output')
}

t.test('a command finds it in its environment and by its name', async t => {
  const except = '10.77.0.1,.lab.example'
  t.strictSame((await environmentOf(t, proxy)).sort(), [
    ...['HTTPS_PROXY=http://s:3128', `NO_PROXY=${except}`, 'http://p:3128/'],
    ...['http_proxy=http://p:3128', 'https_proxy=http://s:3128', `no_proxy=${except}`],
  ])
  t.strictSame(await environmentOf(t, undefined), ['/'])
})

t.test('the command line knows it, with ourselves among what needs none', async t => {
  const cmdline = 'proxy={{ proxy.http }} but={{ proxy.except }}'
  const world = await createWorld(t, { profile: { cmdline, proxy } })
  const install = world.ask()
  world.boot()
  const content = world.memory.installs.currentAttempt('node1', install)?.content
  const line = kernelOf(content?.image)?.cmdline
  t.match(line, 'proxy=http://p:3128 but=10.77.0.1,.lab.example')
})

t.test('a webhook goes through it, and what is excepted beside it', async t => {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    request.resume().on('end', () => response.end())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close().closeAllConnections())
  const http = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const hook = (name: string, url: string): Callback => {
    return { kind: 'webhook', name, when: ['asked'], url, timeout: 5 }
  }
  // The name exists nowhere: only the proxy can be asked for it.
  const callbacks = [hook('far', 'http://hooks.invalid/far'), hook('near', `${http}/near`)]
  const own = { http, https: http, except: ['127.0.0.1'] }
  const world = await createWorld(t, { profile: { callbacks, proxy: own } })
  world.ask()
  const told = () => deliveries(world).every(({ state }) => state === 'delivered')
  await until(told, 'both are delivered')
  t.strictSame(asked.sort(), ['POST /near', 'POST http://hooks.invalid/far'])
})
