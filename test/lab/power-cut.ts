import t, { type Test } from 'tap'
import { fileTimeout } from '../patience.ts'
import { buildAgent, imageConfig, isZero, writeImages } from './agent.ts'
import { labConfig, serverNetwork } from './config.ts'
import { createLab } from './lab.ts'
import { labObstacle } from './packages.ts'
import { waitUntil } from './wait.ts'

/* No file of the lab: its boots take long, and test/agent/power-cut.test.ts has more points. */

const obstacle = await labObstacle()
t.setTimeout(fileTimeout(30))

const mac = '52:54:00:12:34:74'

/** A machine by UEFI, which is asked to be installed. */
async function site(t: Test) {
  const lab = await createLab()
  t.teardown(() => lab.remove())
  await buildAgent(lab)
  await writeImages(lab)
  const hosts = `  r7-u1: { mac: "${mac}", profile: golden }`
  const settings = { network: serverNetwork, mac: '52:54:00:12:34:70', hosts }
  const daemon = await lab.startDaemon(imageConfig(labConfig(lab, settings)))
  const machine = await lab.addMachine({ firmware: 'uefi', mac })
  const stateOf = async () => (await daemon.api('/api/v1/hosts/r7-u1')).body.host.state
  const codes = async () =>
    (await daemon.api('/api/v1/events?host=r7-u1')).body.events.map(
      ({ code }: { code: string }) => code,
    )
  return {
    ...{ daemon, machine, stateOf, codes },
    /** An install whose power fails when this stands on its screen. */
    async cutAt(pattern: RegExp, ...more: string[]) {
      const asked = await daemon.cli(['install', 'r7-u1', '--yes', ...more])
      t.equal(asked.code, 0, asked.stderr)
      const running = machine.powerOn()
      await running.serial.waitFor(pattern, 300)
      await running.powerOff()
    },
  }
}

t.test('power that fails in an install is no secret', { skip: obstacle ?? false }, async t => {
  const { machine, stateOf, codes, cutAt } = await site(t)

  await cutAt(/golden\.raw\.zst is written to \/dev\/vda/)
  t.equal(await stateOf(), 'installing')
  t.ok(isZero(machine.disk, 0), 'nothing to boot')
  const back = machine.powerOn()
  await waitUntil(
    'it came back',
    120,
    async () => (await codes()).includes('came-back') || undefined,
  )
  await back.powerOff()

  await cutAt(/is written, \d+ MiB with the right sum/, '--replace')
  t.equal(await stateOf(), 'installing', 'whole, and nobody was told')
  const second = machine.powerOn()
  await second.serial.waitFor(/lab: told up/, 400)
  t.equal(await stateOf(), 'installed')
  await second.powerOff()

  await cutAt(/The firmware boots it by/)
  const third = machine.powerOn()
  const [, number] = await third.serial.waitFor(/starting Boot(\w+) "Bootwright"/, 400)
  await third.serial.waitFor(/lab: told up/, 240)
  t.equal(await stateOf(), 'installed')
  await third.powerOff()

  await cutAt(/The firmware boots it by/)
  const last = machine.powerOn()
  const [, again] = await last.serial.waitFor(/starting Boot(\w+) "Bootwright"/, 400)
  t.equal(again, number, 'one entry, however often it is installed')
  await last.powerOff()
})
