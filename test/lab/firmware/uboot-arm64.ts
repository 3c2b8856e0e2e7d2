import t from 'tap'
import { fileTimeout } from '../../patience.ts'
import { installsArm64 } from '../arm64-story.ts'
import { labObstacle } from '../packages.ts'

const obstacle = await labObstacle()
t.setTimeout(fileTimeout(20))

/** What U-Boot 2023.01 reads from a virtio card on PCI, whatever its MAC. */
const mac = '52:52:52:52:52:52'

t.test(
  'U-Boot on arm64, with nothing typed: as UEFI to GRUB, and installed',
  { skip: obstacle ?? false },
  t => installsArm64(t, 'uboot-arm64', mac),
)
