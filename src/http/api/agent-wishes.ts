import type { AskBody } from '../../api/installs.ts'
import { given } from '../../base/given.ts'
import { capturedFile } from '../../boot/capture.ts'
import type { Host, Profile, Vars } from '../../boot/host.ts'
import { Refusal } from '../problem.ts'

/** What the agent can be asked for that is no install. */
export interface AgentWishDeps {
  /** What is booted to erase disks, and to read one; undefined where the config has mistakes. */
  eraser(): Profile | undefined
  capturer(): Profile | undefined
  /** The absolute path of an image for disks, by its file name. */
  imagePath(file: string): string
}

/** An erase or a capture is a whole wish of its own. Throws Refusal for one that says more. */
export function refuseMixed({ erase, capture, profile, vars }: AskBody): void {
  const key = profile !== undefined ? 'profile' : erase && vars !== undefined ? 'vars' : undefined
  if (erase && capture) {
    throw new Refusal(400, 'body.capture reads a disk, and body.erase empties it', 'body.capture')
  }
  const wish = erase ? 'erase' : capture ? 'capture' : undefined
  if (!wish || key === undefined) return
  throw new Refusal(
    400,
    `body.${wish} installs nothing, so it goes without \`${key}\``,
    `body.${key}`,
  )
}

/** What the agent is to do on a host, as a profile; undefined where something is to be installed. */
export function agentWishOf(
  host: Host,
  { erase, capture }: Pick<AskBody, 'erase' | 'capture'>,
  deps: AgentWishDeps,
): Profile | undefined {
  if (erase) return eraserOf(host, erase, deps)
  return capture && capturerOf(host, capture, deps)
}

/** What erases the disks of a host: those that its own profile expects, where not all are asked for. */
function eraserOf(
  { profile }: Host,
  { disks = 'expected', method = 'auto', check = 'sampled' }: NonNullable<AskBody['erase']>,
  deps: AgentWishDeps,
): Profile {
  const eraser = deps.eraser()
  if (!eraser) throw new Refusal(409, 'the config has mistakes, and nothing is erased by it')
  return { ...eraser, ...given('expect', profile?.expect), erase: { disks, method, check } }
}

/** What reads the disk of a host that its own profile would write to. */
function capturerOf(
  { profile }: Host,
  { image: name, overwrite = false }: NonNullable<AskBody['capture']>,
  deps: AgentWishDeps,
): Profile {
  const capturer = deps.capturer()
  if (!capturer) throw new Refusal(409, 'the config has mistakes, and nothing is captured by it')
  const image = capturedFile(name)
  return {
    ...capturer,
    ...given('expect', profile?.expect),
    vars: diskOf(profile?.vars),
    capture: { image, path: deps.imagePath(image), overwrite },
  }
}

function diskOf({ disk = 'auto' }: Vars = {}): Vars {
  return disk === 'required' ? {} : { disk }
}
