import type { CommandSpec } from './args.ts'
import { spec as cancel } from './cancel.ts'
import { spec as doctor } from './doctor.ts'
import { spec as events } from './events.ts'
import { spec as hosts } from './hosts.ts'
import { spec as images } from './images.ts'
import { spec as install } from './install.ts'
import { spec as leases } from './leases.ts'
import {
  checkSpec,
  completionSpec,
  explainSpec,
  importSpec,
  manSpec,
  schemaSpec,
  serveSpec,
} from './local/specs.ts'
import { spec as show } from './show.ts'
import { spec as watch } from './watch.ts'

/** All commands in the order of the usage text: completion and manual page are made of them. */
export const everyCommand: readonly CommandSpec[] = [
  serveSpec,
  checkSpec,
  explainSpec,
  schemaSpec,
  hosts,
  show,
  doctor,
  events,
  watch,
  leases,
  images,
  importSpec,
  install,
  cancel,
  completionSpec,
  manSpec,
]
