import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Caller, type Delivered, deliver, shownOf } from '../../boot/deliver.ts'
import type { Asset } from '../../boot/install.ts'
import { type KexecContent, type KexecPart, renderKexec } from '../../boot/kexec-script.ts'
import { type Abilities, unbootable } from '../../boot/loaders/kind.ts'
import { sentenceOf } from '../../boot/words/reason.ts'
import { type Mac, parseMac } from '../../wire/address.ts'
import { formatIpAddress, type IpAddress } from '../../wire/ip-address.ts'
import { type BootDeps, callerOf, uuidOf } from './boot-routes.ts'

export interface KexecDeps {
  readonly boot: BootDeps
  /** The MAC at an address, of a host of the config. */
  macAt(address: IpAddress): Mac | undefined
  /** A static kexec for machines that have none, where the boot media bring none. */
  program(): Asset | undefined
  /** The sha256 of an asset in hex; rejects when it is another version by now. */
  digest(asset: Asset): Promise<string>
}

interface KexecRequest {
  Params: { mac?: string }
  Querystring: Record<string, string>
}

/** Who asks here. */
const kexec: Abilities = { name: 'kexec', boots: ['kernel'], menus: false, running: true }

/** As for the iPXE script. */
const statuses = { none: 404, forbidden: 403, local: 200, menu: 200 } as const

/** The answer to a request: the script, and the status that the iPXE script would have. */
interface KexecAnswer {
  readonly status: number
  readonly content: KexecContent
}

/** `GET /boot/:mac/kexec` and `GET /kexec`: the host's boot as a shell script, for a Linux that runs. */
export function kexecRoutes(app: FastifyInstance, deps: KexecDeps): void {
  const answer = async (request: FastifyRequest<KexecRequest>, reply: FastifyReply) => {
    const caller = callerOf(request.socket)
    const preview = Object.hasOwn(request.query, 'dry-run')
    const { mac: text } = request.params
    const mac = text === undefined ? deps.macAt(caller.address) : parseMac(text)
    const uuid = uuidOf(request.query.uuid)
    const asker = { caller, ...(uuid !== undefined && { uuid }) }
    const { status, content } =
      mac === undefined ? noMac(text, caller) : await answerFor(mac, asker, preview, deps)
    await deps.boot.committed()
    return reply.code(status).type('text/x-shellscript; charset=utf-8').send(renderKexec(content))
  }
  app.get<KexecRequest>('/kexec', answer)
  app.get<KexecRequest>('/boot/:mac/kexec', answer)
}

function noMac(text: string | undefined, caller: Caller): KexecAnswer {
  if (text !== undefined) return refuse(400, `${text} is not a MAC address`)
  const address = formatIpAddress(caller.address)
  return refuse(404, `no host of the config is known to have the address ${address}`)
}

async function answerFor(
  mac: Mac,
  asker: { readonly caller: Caller; readonly uuid?: string },
  preview: boolean,
  { boot, ...deps }: KexecDeps,
): Promise<KexecAnswer> {
  const asked = { mac, ...asker, what: 'kexec script', loader: kexec }
  const told = preview ? boot.look(asked) : await deliver(asked, boot)
  if (told.kind !== 'boot') return refuse(statuses[told.kind], shownOf(told))
  try {
    return { status: 200, content: await contentOf(told, preview, deps) }
  } catch (error) {
    return refuse(200, error instanceof Error ? error.message : String(error))
  }
}

async function contentOf(
  {
    content: { title, image },
    with: { parts = [], kexec: own },
  }: Extract<Delivered, { kind: 'boot' }>,
  preview: boolean,
  { digest, program: others }: Pick<KexecDeps, 'digest' | 'program'>,
): Promise<KexecContent> {
  const partOf = async (url: string): Promise<KexecPart> => {
    const asset = parts.find(part => url.endsWith(part.url))
    return asset ? { url, bytes: asset.size, sha256: await digest(asset) } : { url, bytes: 0 }
  }
  const unable = unbootable(image.kind ?? 'kernel', kexec)
  if (unable || image.kind !== undefined) throw new Error(unable && sentenceOf(unable))
  const kernel = await partOf(image.kernel)
  const initrd = await Promise.all(image.initrd.map(partOf))
  const found = own ?? others()
  const program = found && {
    url: image.kernel.replace(/\/assets\/.*$/, found.url),
    bytes: found.size,
    sha256: await digest(found),
  }
  const { cmdline } = image
  const content = { kind: 'boot', title, kernel, initrd, cmdline, preview } as const
  return program ? { ...content, kexec: program } : content
}

function refuse(status: number, reason: string): KexecAnswer {
  return { status, content: { kind: 'refuse', reason } }
}
