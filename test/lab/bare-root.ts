import { attempt, run } from './command.ts'

/** Why no bare root can be made here, if so. */
export async function bareRootObstacle(): Promise<string | false> {
  const { code } = await attempt(['mmdebstrap', '--version'])
  return code === 0 ? false : 'a bare root needs mmdebstrap'
}

/** Debian's smallest root in a folder, and these packages. */
export async function makeBareRoot(folder: string, include: readonly string[]): Promise<void> {
  // The disk of this computer need not survive a power cut.
  const quick = '--dpkgopt=force-unsafe-io'
  const packages = `--include=${include.join()}`
  await run(['mmdebstrap', '--variant=minbase', quick, packages, 'bookworm', folder])
}
