import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { installsArm64 } from './arm64-story.ts'
import { labObstacle } from './packages.ts'

const obstacle = await labObstacle()
t.setTimeout(fileTimeout(8))

t.test('UEFI arm64 by PXE: GRUB, Image and initrd', { skip: obstacle ?? false }, t =>
  installsArm64(t, 'uefi-arm64', '52:54:00:12:34:71'),
)
