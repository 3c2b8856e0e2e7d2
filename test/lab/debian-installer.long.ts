import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { serverNetwork } from './config.ts'
import { type EventRow, showWhenFailed } from './daemon.ts'
import { createLab } from './lab.ts'
import { labObstacle } from './packages.ts'
import { waitUntil } from './wait.ts'

const obstacle = await labObstacle()
t.setTimeout(fileTimeout(14))
const mac = '52:54:00:12:34:5d'
const media = '/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64'
const preseed = fileURLToPath(new URL('../../config/templates/debian.preseed', import.meta.url))

const config = `
dataDir: ./data
assets: ./assets
admin: { tokenFile: ./token, allow: [127.0.0.0/8] }
networks:
  lab:
    interface: br0
${serverNetwork}
    dns: [10.77.0.1]
    domain: lab.example
profiles:
  debian:
    kernel: images/debian/linux
    initrd: images/debian/initrd.gz
    cmdline: >-
      console=ttyS0 no_timer_check auto=true priority=critical interface=auto
      url={{ files.preseed }} hostname={{ host.name }}
    files: { preseed: ${preseed} }
    vars: { disk: /dev/vda, mirror: 10.77.0.1 }
hosts:
  node1: { mac: "${mac}", address: 10.77.0.23, profile: debian }
`

// The network of the lab leads nowhere, so there is no mirror: it gets as far as asking for one.
t.test('the installer of Debian, up to its mirror', { skip: obstacle ?? false }, async t => {
  const lab = await createLab()
  t.teardown(() => lab.remove())
  const images = join(lab.folder, 'assets/images/debian')
  mkdirSync(images)
  for (const name of ['linux', 'initrd.gz']) copyFileSync(join(media, name), join(images, name))
  const daemon = await lab.startDaemon(config)
  showWhenFailed(t, daemon, 'node1')
  const texts = async (): Promise<string[]> => {
    const { body } = await daemon.api('/api/v1/events?host=node1&after=0')
    return body.events.map(({ kind, text }: EventRow) => `${kind}: ${text}`)
  }
  const happened = (what: RegExp, seconds: number) =>
    waitUntil(`the event ${what}`, seconds, async () =>
      (await texts()).find(line => what.test(line)),
    )

  t.equal((await daemon.cli(['install', 'node1', '--yes'])).code, 0)
  const machine = await lab.addMachine({ firmware: 'bios', mac, mebibytes: 1024 })
  const { serial, powerOff } = machine.powerOn()
  t.teardown(powerOff)
  t.teardown(() => t.comment(serial.text().slice(-3000)))
  t.ok(await happened(/^script: script: node1 installs debian, attempt 1$/, 120))
  t.ok(await happened(/^asset: HTTP: initrd\.gz sent/, 60))
  t.ok(await happened(/^file: answer file preseed fetched$/, 420), 'd-i fetched our preseed')
  t.ok(await happened(/^phone-home: ready$/, 180), 'and its early_command phoned home')
  await serial.waitFor(/mirror/i, 200)
  const { body } = await daemon.api('/api/v1/hosts/node1')
  t.match(body.host, { state: 'installing', attempt: 1 })
})
