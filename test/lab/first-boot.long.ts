import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { stepsOf } from './document.ts'
import { layerObstacle } from './newcomer.ts'
import { follow, startWalk } from './newcomer-walk.ts'
import { labObstacle } from './packages.ts'

const skip = (await labObstacle()) ?? (await layerObstacle())
t.setTimeout(fileTimeout(8))

t.test('docs/first-boot.md, in its order, with no step added', { skip }, async t => {
  const walk = await startWalk(t, 'config/lan.yaml')
  await follow(walk, stepsOf('docs/first-boot.md', '# First boot on a LAN'))
  t.ok(walk.running.length > 0, 'the daemon was started')
})
