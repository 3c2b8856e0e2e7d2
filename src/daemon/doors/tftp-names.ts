import type { Caller, Delivered, Held } from '../../boot/deliver.ts'
import type { LoaderKind, Transport } from '../../boot/loaders/kind.ts'
import { serverAddressFor } from '../../boot/network-address.ts'
import type { Reason } from '../../boot/reason.ts'
import { choiceNamed } from '../../install/menu-choice.ts'
import type { Peer, TftpRefusal, Virtual } from '../../tftp/files.ts'
import { tftpErrors } from '../../wire/tftp-packet.ts'
import type { Parts } from '../parts.ts'
import { configRequest } from './loader-configs.ts'
import type { Receipts } from './receipts.ts'

/**
 * What names stand for over TFTP that are no files of the roots: loaders where a distribution put them,
 * configs of loaders, and what HTTP serves under the same path, for loaders that speak no HTTP.
 */
export function tftpNames(parts: Parts, receipts: Receipts) {
  const { world, memory } = parts
  return async (name: string, { address }: Peer): Promise<Virtual | undefined> => {
    const loader = world.loaders().get(name)
    if (loader !== undefined) return { file: loader }
    const network = world.networkOf({ address, localAddress: address })
    const caller = { address, localAddress: serverAddressFor(network, address) }
    const config = configRequest(name, caller, parts)
    const plain = withoutFolder(name)
    const chosen = config ? undefined : choiceNamed(plain, caller, parts.menus)
    if (chosen) {
      const { choice, kind } = chosen
      return sent(await parts.answers.prepareChoice(choice, caller, kind), kind, 'tftp')
    }
    if (!config) return fileOf(plain, caller, parts)

    const { request, kind, transport } = config
    await parts.answers.verified(request.mac, caller.address)
    return sent(parts.answers.prepare(request), kind, transport)
  }

  /** Anybody can forge the sender: nothing happens before a block of the answer was acknowledged. */
  async function sent({ told, arrived }: Held, kind: LoaderKind, transport: Transport) {
    const answer = await written(told, kind, transport)
    if (answer instanceof Uint8Array) return { bytes: answer, receipt: receipts.give(arrived) }
    arrived()
    return answer
  }

  async function written(delivered: Delivered, kind: LoaderKind, transport: Transport) {
    await memory.committed().catch(error => {
      if (delivered.kind !== 'local' || memory.away() === undefined) throw error
    })
    if (delivered.kind === 'none') return undefined
    if (delivered.kind === 'forbidden') return denied(delivered.shown)
    return bytesOf(kind.render(delivered.content, transport))
  }
}

/** U-Boot looks for every file in the folder of its boot file, `pxelinux.cfg/default` (boot/pxe_utils.c). */
function withoutFolder(name: string): string {
  return name.replace(/^pxelinux\.cfg\//, '')
}

/** `assets/…` and `files/TOKEN/NAME`, spelled as in their URLs. */
async function fileOf(name: string, caller: Caller, parts: Parts): Promise<Virtual | undefined> {
  const [, id, asset, token, answer] =
    /^(?:assets\/(?:@([0-9a-f]+)\/)?(.+)|files\/([^/]+)\/([^/]+))$/.exec(name) ?? []
  if (token !== undefined) return answerFile(token, decoded(answer ?? ''), caller, parts)
  if (asset === undefined) return raspberryPi(name)
  if (id === undefined) return { names: [decoded(asset)] }
  const file = parts.published.file(id, decoded(asset))
  return file === undefined ? undefined : { file: file.path }
}

/** A Raspberry Pi looks in a folder of its serial number or MAC, where nobody puts what all have in common. */
function raspberryPi(name: string): Virtual | undefined {
  const [, rest] = /^(?:[0-9a-f]{8}|[0-9a-f]{2}(?:-[0-9a-f]{2}){5})\/(.+)$/.exec(name) ?? []
  return rest === undefined ? undefined : { names: [name, `rpi/${rest}`] }
}

async function answerFile(
  token: string,
  name: string,
  caller: Caller,
  { phoneHome, world, memory }: Parts,
): Promise<Virtual> {
  const network = world.networkOf(caller, memory.installs.attempt(token)?.mac)
  const place = world.place(network, caller.address)
  const answer = phoneHome.file({ token, address: caller.address, place }, name)
  await memory.committed()
  if (answer.kind === 'file') return bytesOf(answer.text)
  if (answer.kind === 'forbidden') return denied(answer.why)
  return { refused: tftpErrors.notFound, why: answer.why }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function denied(why: Reason): TftpRefusal {
  return { refused: tftpErrors.accessViolation, why }
}
