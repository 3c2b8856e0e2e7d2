import type { AskResult } from '../api/installs.ts'
import { imageName } from '../boot/disk-image.ts'
import { captureSpec } from './adopt-specs.ts'
import type { Call } from './command.ts'
import { askYes } from './confirm.ts'
import { askFor, askInstalls, type InstallRequest, readWish } from './install.ts'
import { exit, Failure, type Io } from './io.ts'

/** `bootwright capture HOST NAME`. */
export function run(argv: string[], io: Io): Promise<number> {
  return askFor(captureSpec, argv, io, call => {
    const { values, words } = call
    const [host = '', image = ''] = words
    if (!imageName.test(image)) throw new Failure(`"${image}" is no name for an image`, exit.usage)
    const disk = values.text('disk')
    const wish = {
      ...readWish(values, [host]),
      ...(disk !== undefined && { vars: { disk } }),
      capture: { image },
    }
    return mayOverwrite(call, wish)
  })
}

/** The wish, after somebody has said that an image of this name may go, where there is one. */
async function mayOverwrite(call: Call, wish: InstallRequest): Promise<InstallRequest> {
  const { image } = wish.capture ?? { image: '' }
  const overwriting: InstallRequest = { ...wish, capture: { image, overwrite: true } }
  if (call.values.has('yes')) return overwriting
  const results = await askInstalls(call, { ...wish, dryRun: true })
  if (!results.some(isThere)) return wish
  const said = await askYes(call.io, `There is an image ${image} already. Replace it?`)
  if (said === 'yes') return overwriting
  if (said === 'no') throw new Failure('nothing was asked for', exit.no)
  throw new Failure(
    `there is an image ${image} already: take another name, or say --yes to replace it`,
    exit.no,
  )
}

const isThere = ({ code }: AskResult): boolean => code === 'image-exists'
