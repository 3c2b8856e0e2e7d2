import { join } from 'node:path'
import { amount } from '../../base/amount.ts'
import { readMedia } from '../../config/media.ts'
import { buildAgent, debianArch, missingForAgent } from '../../system/agent-image.ts'
import { imageBytes } from '../../system/images.ts'
import { ImportError } from '../../system/import-image.ts'
import { agentSpec as spec } from '../adopt-specs.ts'
import { exit, Failure, type Io } from '../io.ts'
import { type Given, runParsed } from '../run-parsed.ts'
import { namedAssets } from './named-assets.ts'
import { createBar } from './progress-bar.ts'

/** `bootwright agent build`: the agent from the packages of this computer; needs no daemon. */
export function run(argv: readonly string[], io: Io): Promise<number> {
  return runParsed(spec, argv, io, given => build(given, io))
}

async function build({ values }: Given, io: Io): Promise<number> {
  const images = join(namedAssets(values.text('config'), values.text('assets')), 'images')
  const own = debianArch()
  const arch = values.text('arch') ?? own
  if (arch !== own) {
    const where = `it is made of the packages of a computer of its kind, and this is ${own}`
    const how = `build it on ${arch}, and bring images/agent here`
    throw new Failure(`the agent for ${arch} cannot be built here: ${where}: ${how}`, exit.no)
  }
  const missing = missingForAgent(arch)
  if (missing.length > 0) {
    const command = `sudo apt-get install -y --no-install-recommends ${missing.join(' ')}`
    throw new Failure(`packages of Debian are missing: ${command}`, exit.no)
  }
  const bar = createBar(io)
  const umask = process.umask(0o022)
  try {
    const image = await buildAgent({ images, name: 'agent', arch, show: bar.show }, readMedia)
    bar.close()
    const size = amount(imageBytes(image))
    const { version = '', packages = [] } = image.source ?? {}
    if (values.has('json')) {
      const built = { path: join(images, 'agent'), version, arch, packages, files: image.files }
      io.stdout.write(`${JSON.stringify(built, null, 2)}\n`)
      return exit.done
    }
    io.stdout.write(`${join(images, 'agent')}: ${version}, ${size}, from ${packages.join(', ')}\n`)
    io.stdout.write('\nnext, in the config:\n  unknownHosts: discover\n')
    return exit.done
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (!(error instanceof ImportError) && code === undefined) throw error
    throw new Failure(`${(error as Error).message}; nothing was changed`, exit.no)
  } finally {
    process.umask(umask)
  }
}
