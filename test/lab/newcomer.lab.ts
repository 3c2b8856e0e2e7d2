import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { stepsOf } from './document.ts'
import { layerObstacle } from './newcomer.ts'
import { follow, startWalk } from './newcomer-walk.ts'
import { labObstacle } from './packages.ts'

/** What everybody reads first, over the packages of this computer. All documents in a bare Debian: newcomer-bare.ts. */
const skip = (await labObstacle()) ?? (await layerObstacle())
t.setTimeout(fileTimeout(8))

t.test('what README says for a LAN, in its order, with no step added', { skip }, async t => {
  const walk = await startWalk(t, 'config/lan.yaml')
  await follow(walk, stepsOf('README.md', '## First boot', '## NixOS in ten lines'))
  t.ok(walk.running.length > 0, 'the daemon was started')
})
