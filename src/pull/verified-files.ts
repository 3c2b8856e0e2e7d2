import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { FileEntry, ListEntry } from './catalogue.ts'
import { PullError } from './catalogue.ts'
import { downloadTo, type Source, sha256Of } from './download.ts'
import { gpgVerified } from './gpg.ts'
import { minisigned } from './minisign.ts'
import type { Order } from './order.ts'
import { sumIn } from './sums.ts'

/** Where the bytes of a URL are had from. */
export type Origin =
  | { readonly kind: 'web'; readonly source: Source }
  /** A folder with the files under HOST/PATH. */
  | { readonly kind: 'folder'; readonly folder: string }

const mostOfList = 16 * 1024 * 1024
const mostOfFile = 16 * 1024 * 1024 * 1024

/**
 * Fetches and verifies all files of an order into `folder`; what is wrong is removed before it throws. Returns the
 * paths of the files.
 *
 * @throws PullError where something cannot be had, or is not what its publisher signed
 */
export async function verifiedFiles(
  order: Order,
  origin: Origin,
  folder: string,
): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true })
  const list = await trustedList(order.lists ?? [], origin, folder)
  const paths: string[] = []
  for (const [name, file] of Object.entries(order.files)) {
    const path = await verifiedFile({ order, origin, folder, list, name, file })
    paths.push(...(file.unpack ? unpacked(path, file.unpack, folder) : [path]))
  }
  return paths
}

/**
 * Walks from the list that is trusted to the one that names the files; returns the text of that.
 *
 * @throws PullError where one cannot be had or verified
 */
export async function trustedList(lists: readonly ListEntry[], origin: Origin, folder: string) {
  let text: string | undefined
  for (const [index, list] of lists.entries()) {
    const path = join(folder, `.list${index}`)
    const signature = `${path}.sig`
    try {
      await fetchTo(list.url, path, mostOfList, origin)
      if (list.signature) await fetchTo(list.signature, signature, mostOfList, origin)
      text = await listText(list, path, list.signature && signature, text)
    } finally {
      for (const gone of [path, signature]) rmSync(gone, { force: true })
    }
  }
  return text
}

async function listText(
  list: ListEntry,
  path: string,
  signature: string | undefined,
  before: string | undefined,
): Promise<string> {
  if (list.in !== undefined) {
    const sum = sumIn(before ?? '', list.in)
    if (sum === undefined) throw new PullError(`${list.in} is not in the list before it`)
    if ((await sha256Of(path)) !== sum) throw new PullError(`${list.url} has the wrong sha256`)
  }
  const bytes = list.gpg ? about(list.url, () => verified(path, signature, list)) : read(path)
  if (list.minisign !== undefined) {
    checkMinisign(list.url, bytes, signature, list.minisign)
  }
  return bytes.toString('utf8')
}

interface Piece {
  readonly order: Order
  readonly origin: Origin
  readonly folder: string
  readonly list: string | undefined
  readonly name: string
  readonly file: FileEntry
}

async function verifiedFile(piece: Piece): Promise<string> {
  const { order, origin, folder, list, name, file } = piece
  const path = join(folder, name)
  const sum = file.sha256 ?? (file.in === undefined ? undefined : sumIn(list ?? '', file.in))
  if (file.in !== undefined && sum === undefined) {
    throw new PullError(`${file.in} is not in the publisher's list of checksums`)
  }
  const resumed = existsSync(`${path}.part`)
  await fetchTo(file.url, path, mostOfFile, origin)
  try {
    if (sum !== undefined && (await sha256Of(path)) !== sum) {
      throw new PullError(`${file.url} has the wrong sha256`)
    }
    if (file.signature !== undefined) await checkSignature(order, origin, path, file)
    return path
  } catch (error) {
    rmSync(path, { force: true })
    // The part before the cut may have been another version's.
    if (resumed && error instanceof PullError) return verifiedFile(piece)
    throw error
  }
}

async function checkSignature(order: Order, origin: Origin, path: string, file: FileEntry) {
  const signature = `${path}.signature`
  try {
    await fetchTo(file.signature ?? '', signature, mostOfList, origin)
    if (order.minisign !== undefined) {
      checkMinisign(file.url, read(path), signature, order.minisign)
    } else if (order.gpg) {
      about(file.url, () => gpgVerified(path, signature, order.gpg as NonNullable<Order['gpg']>))
    }
  } finally {
    rmSync(signature, { force: true })
  }
}

function verified(path: string, signature: string | undefined, { gpg }: ListEntry): Buffer {
  if (!gpg) throw new PullError('it has no keyring')
  return gpgVerified(path, signature, gpg)
}

function checkMinisign(url: string, bytes: Buffer, signature: string | undefined, key: string) {
  if (signature === undefined || !minisigned(bytes, read(signature).toString('utf8'), key)) {
    throw new PullError(`${url}: its minisign signature is wrong`)
  }
}

function about<T>(url: string, check: () => T): T {
  try {
    return check()
  } catch (error) {
    if (error instanceof PullError) throw new PullError(`${url}: ${error.message}`)
    throw error
  }
}

/** Takes files out of an archive that was verified; they get their own last names. */
function unpacked(archive: string, members: readonly string[], folder: string): string[] {
  const zip = archive.endsWith('.zip')
  const paths = members.map(member => {
    const [program, ...args] = zip
      ? ['unzip', '-o', '-q', '-j', archive, member, '-d', folder]
      : [
          'tar',
          '-xf',
          archive,
          '-C',
          folder,
          '--no-same-owner',
          `--transform=s,.*/,,`,
          '--',
          member,
        ]
    const { status, error, stderr } = spawnSync(program ?? '', args, { encoding: 'utf8' })
    if (error) throw new PullError(`${program} is missing; install the package ${program}`)
    if (status !== 0) throw new PullError(`no ${member} in ${basename(archive)}: ${stderr.trim()}`)
    return join(folder, basename(member))
  })
  rmSync(archive)
  return paths
}

async function fetchTo(url: string, path: string, most: number, origin: Origin): Promise<void> {
  if (origin.kind === 'web') return downloadTo(url, path, most, origin.source)
  const from = join(origin.folder, offlinePath(url))
  if (!existsSync(from)) throw new PullError(`${from} is missing; it is ${url}`)
  copyFileSync(from, path)
}

/** Where a file of a URL lies in the folder of `--offline`: HOST/PATH, as `wget -x` keeps it. Pure. */
function offlinePath(url: string): string {
  const { host, pathname } = new URL(url)
  return join(host, pathname)
}

function read(path: string): Buffer {
  return readFileSync(path)
}
