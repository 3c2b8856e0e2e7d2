import t, { type Test } from 'tap'
import type { HomeAssistantWay } from '../../src/boot/power.ts'
import { makeFolder } from '../folder.ts'
import { machine, openDesk, said } from './desk.ts'
import { startPlug } from './plug.ts'

const entity = 'switch.{{ host.name | replace: "-", "_" }}'
const node1 = machine('rack1-1', { by: 'home' })

/** As its documents say: states by entity, services by domain; it takes a service for whatever entity. */
async function open(t: Test, states: Record<string, string>, more: Partial<HomeAssistantWay> = {}) {
  const plug = await startPlug(t, (request, response, body) => {
    if (request.headers.authorization !== 'Bearer tok') return response.writeHead(401).end()
    const [, , what, one = '', service] = (request.url ?? '').split('/')
    if (what === 'states') {
      const state = states[one]
      if (state === undefined) return response.writeHead(404).end('{"message":"Entity not found."}')
      const attributes = { friendly_name: 'on off \u001b[2J' }
      return response.end(JSON.stringify({ entity_id: one, state, attributes }))
    }
    const { entity_id: id } = JSON.parse(body || '{"entity_id":""}')
    if (id in states && id.startsWith(`${one}.`)) states[id] = service === 'turn_on' ? 'on' : 'off'
    response.end('[]')
  })
  const folder = makeFolder(t, { token: 'tok\n', wrong: 'no\n' })
  const way: HomeAssistantWay = {
    ...{ kind: 'homeAssistant', name: 'home', url: `http://${plug.address}` },
    ...{ tokenFile: `${folder}/token`, entity, pause: 5, ...more },
  }
  const by = (more: Partial<HomeAssistantWay>) => openDesk(t, [{ ...way, ...more }]).desk
  return { ...plug, ...openDesk(t, [way]), ...{ by, folder } }
}

t.test('a switch of Home Assistant', async t => {
  const { desk, clock, asked } = await open(t, { 'switch.rack1_1': 'off' })
  t.equal(said(await desk.run(node1, 'status')), 'off')
  t.equal(said(await desk.run(node1, 'on')), 'on')
  t.equal(said(await desk.run(node1, 'cycle')), 'on')
  t.equal(clock.now, 5000)
  t.equal(said(await desk.run(node1, 'off')), 'off')
  const body = '{"entity_id":"switch.rack1_1"}'
  t.strictSame(
    asked.filter(line => line.startsWith('POST')),
    ['on', 'off', 'on', 'off'].map(verb => `POST /api/services/switch/turn_${verb} ${body}`),
  )
})

t.test('anything else that can be on, and a path before it', async t => {
  const { by, asked, address } = await open(t, {})
  const light = by({ entity: 'input_boolean.x', url: `http://${address}/home/` })
  await light.run(node1, 'on')
  t.equal(asked[0], 'POST /home/api/services/input_boolean/turn_on {"entity_id":"input_boolean.x"}')
})

t.test('what goes wrong is said', async t => {
  const states = { 'switch.gone': 'unavailable', 'switch.new': 'unknown' }
  const { by, address, folder } = await open(t, states)
  const rows: readonly [Partial<HomeAssistantWay>, string][] = [
    [{}, `${address} refuses api/states/switch.rack1_1: it knows no such thing`],
    [{ entity: 'switch.gone' }, `${address} refuses its state: it cannot reach switch.gone`],
    [{ entity: 'switch.new' }, 'unknown'],
    [
      { entity: 'Switch.A/../x' },
      'what to ask cannot be made: "Switch.A/../x" is no entity: switch.NAME',
    ],
    [{ tokenFile: `${folder}/wrong` }, `${address} refuses the token, or wants one`],
    [{ url: 'http://127.0.0.1:9' }, '127.0.0.1:9 cannot be reached: nothing listens there'],
  ]
  for (const [more, sentence] of rows) {
    t.equal(said(await by(more).run(node1, 'status')), sentence)
  }
  t.match(
    said(await by({}).run(node1, 'on')),
    /knows no such thing$/,
    'not there: it takes the service',
  )
})
