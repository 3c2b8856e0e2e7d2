import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { buildAgent, imageConfig, writeImages } from './agent.ts'
import { labConfig, serverNetwork } from './config.ts'
import { createLab } from './lab.ts'
import { labObstacle } from './packages.ts'

const obstacle = await labObstacle()
t.setTimeout(fileTimeout(12))

t.test('an image gets its boot entry on UEFI', { skip: obstacle ?? false }, async t => {
  const lab = await createLab()
  t.teardown(() => lab.remove())
  await buildAgent(lab)
  await writeImages(lab)
  const mac = '52:54:00:12:34:73'
  const hosts = `  r7-u1: { mac: "${mac}", profile: golden }`
  const settings = { network: serverNetwork, mac: '52:54:00:12:34:70', hosts }
  const daemon = await lab.startDaemon(imageConfig(labConfig(lab, settings)))
  const machine = await lab.addMachine({ firmware: 'uefi', mac })
  const host = async () => (await daemon.api('/api/v1/hosts/r7-u1')).body.host
  const asked = await daemon.cli(['install', 'r7-u1', '--yes'])
  t.equal(asked.code, 0, asked.stderr)
  const running = machine.powerOn()
  const { serial } = running
  await serial.waitFor(/golden\.raw\.zst is written to \/dev\/vda/, 240)
  await serial.waitFor(/The firmware boots it by \\EFI\\BOOT\\BOOTX64\.EFI/, 120)
  // What the firmware says next may be cut off by the system that it starts.
  await serial.waitFor(/loading Boot\w+ "Bootwright" from .*HD\(1,GPT/, 240)
  await serial.waitFor(/lab: BOOTED FROM DISK/, 240)
  await serial.waitFor(/lab: told up/, 240)
  t.match(await host(), { state: 'installed', attempt: 1 })
  await running.powerOff()
})
