import t from 'tap'
import type { Network } from '../../src/boot/host.ts'
import type { RouterAdvert } from '../../src/boot/router-advert.ts'
import { parseConfig } from '../../src/config/load.ts'
import type { Ipv6 } from '../../src/wire/ipv6.ts'
import { createRouterWatch, routerProblems } from '../../src/world/routers.ts'

const text = `
dataDir: data
networks:
  four: { interface: eth0, subnet: 10.76.0.0/24, serverAddress: 10.76.0.1 }
  six:
    interface: eth1
    subnet: 10.77.0.0/24
    serverAddress: 10.77.0.1
    subnet6: fd00:77::/64
    serverAddress6: fd00:77::1
    mode6: boot
`
const { config, locate } = parseConfig(text, 'config.yaml')
if (!config || !locate) throw new Error('no config')
const unmanaged: RouterAdvert = { router: 'fe80::1' as Ipv6, isManaged: false, prefixes: [] }

t.test('check warns where it can hear', async t => {
  const asked: string[] = []
  const look = async (device: string) => {
    asked.push(device)
    return [unmanaged]
  }
  t.match(await routerProblems(config, locate, look), [
    {
      ...{ severity: 'warning', path: 'networks.six.mode6', line: 11, column: 12 },
      message: /^network six: the IPv6 router fe80::1 advertises without the M flag/,
    },
  ])
  t.strictSame(asked, ['eth1'], 'of networks that have IPv6 alone')
  t.strictSame(await routerProblems(config, locate, async () => undefined), [])
})

t.test('the daemon says once what turned wrong, and forgets what is right again', async t => {
  const told: unknown[] = []
  let adverts: readonly RouterAdvert[] | undefined = []
  const log = { warn: (line: unknown) => void told.push(line) }
  // Its interfaces are not here, and so it would not be served.
  const world = { networks: () => config.networks as readonly Network[] }
  const watch = createRouterWatch({ world, log }, async () => adverts)
  await watch.look()
  await watch.look()
  t.match(watch.why('six'), { code: 'no-router6' })
  t.equal(watch.why('four'), undefined)
  t.match(told, [/^network six: no IPv6 router answers on eth1/])
  adverts = [unmanaged]
  await watch.look()
  t.match(told[1], /without the M flag/)
  adverts = undefined
  await watch.look()
  t.strictSame(watch.all(), [], 'it cannot be heard any more')
})
