import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { amount } from '../../base/amount.ts'
import { serverUrl } from '../../base/server-url.ts'
import type { Config } from '../../config/config.ts'
import { buildMedia, MediaError } from '../../media/build.ts'
import { isSigned, type MediaParts, mediaPartsOf } from '../../media/parts.ts'
import { readSettings, whyNot } from '../../media/read-settings.ts'
import { askedUrl, type MediaArch, type MediaSettings, mediaArchs } from '../../media/settings.ts'
import { ownAddresses, settle } from '../../system/interfaces.ts'
import { formatIpv4 } from '../../wire/address.ts'
import type { Values } from '../args.ts'
import { exit, Failure, type Io } from '../io.ts'
import { type Given, runParsed } from '../run-parsed.ts'
import { mediaSpec as spec } from './media-spec.ts'
import { readConfig } from './pull.ts'

/** `bootwright media`: an image that machines are started from where they cannot netboot. */
export function run(argv: readonly string[], io: Io): Promise<number> {
  return runParsed(spec, argv, io, given => make(given, io))
}

async function make({ values, words }: Given, io: Io): Promise<number> {
  const file = resolve(words[0] ?? '')
  const there = statSync(file, { throwIfNoEntry: false })
  if (there && !there.isFile()) {
    throw new Failure(
      `${file} is no file: write an image first, and put it there by dd if=FILE.iso of=${file}`,
      exit.usage,
    )
  }
  const settings = settingsOf(values)
  const parts = partsFor(values, settings)
  try {
    buildMedia(settings, parts, file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (!(error instanceof MediaError) && code === undefined) throw error
    throw new Failure(`${(error as Error).message}; nothing was written`, exit.no)
  }
  const { size: bytes } = statSync(file)
  const archs = parts.map(({ arch }) => arch)
  const server = askedUrl(settings)
  const host = settings.only?.host ?? null
  if (values.has('json')) {
    io.stdout.write(`${JSON.stringify({ file, bytes, archs, server, host }, null, 2)}\n`)
    return exit.done
  }
  const whose = host === null ? 'machines ask' : `${host} asks`
  io.stdout.write(`${file}: ${amount(bytes)}, ${archs.join(', ')}; ${whose} ${server}\n`)
  io.stdout.write(`next: sudo dd if=${file} of=/dev/sdX bs=4M conv=fsync, or give it to a BMC\n`)
  return exit.done
}

function settingsOf(values: Values): MediaSettings {
  const server = values.text('server')
  const host = values.text('host')
  const config =
    server === undefined || host !== undefined
      ? readConfig(values.text('config') ?? 'bootwright.yaml')
      : undefined
  const read = readSettings({
    server: server ?? ownServer(config as Config, values.text('network')),
    address: values.text('address'),
    gateway: values.text('gateway'),
    dns: values.list('dns'),
    vlan: values.text('vlan'),
  })
  if ('wrong' in read) throw new Failure(read.wrong, exit.usage)
  const secureBoot = values.has('secure-boot')
  if (secureBoot && config && config.tftp.port !== 69) {
    throw new Failure('the signed GRUB knows TFTP at port 69 only: see tftp.port', exit.usage)
  }
  return {
    ...read,
    secureBoot,
    ...(host !== undefined && { only: onlyFor(host, config as Config) }),
  }
}

/** How the machines of a network reach this server. */
function ownServer({ networks, http }: Config, name: string | undefined): string {
  const named = name === undefined ? networks : networks.filter(network => network.name === name)
  const [network, ...others] = named
  if (!network) throw new Failure(`the config has no network ${name}`, exit.usage)
  if (others.length > 0) {
    const names = named.map(({ name }) => name).join(', ')
    throw new Failure(`say --network NAME, one of ${names}, or --server URL`, exit.usage)
  }
  const settled = network.serverAddress ?? settledAddress(network)
  return serverUrl(formatIpv4(settled), http.port)
}

function settledAddress(network: Config['networks'][number]) {
  const settled = settle(network, ownAddresses())
  if (settled.ok) return settled.network.serverAddress
  throw new Failure(`network ${network.name}: ${settled.waits}; say --server URL`, exit.usage)
}

function onlyFor(host: string, { hosts }: Config): NonNullable<MediaSettings['only']> {
  const found = hosts.get(host)
  if (!found) throw new Failure(`the config has no host ${host}`, exit.usage)
  const macs = found.nics.map(({ mac }) => mac)
  if (macs.length > 0) return { host, macs }
  throw new Failure(`${host} has no MAC, by which its medium could know it`, exit.usage)
}

function partsFor(values: Values, settings: MediaSettings): readonly MediaParts[] {
  const said = values.list('arch') as MediaArch[]
  const archs = said.length > 0 ? mediaArchs.filter(arch => said.includes(arch)) : usualArchs
  const unsigned = archs.find(arch => arch !== 'bios' && !isSigned(arch))
  if (settings.secureBoot && unsigned) {
    throw new Failure(`there is no signed GRUB for ${unsigned}`, exit.usage)
  }
  const { parts, missing } = mediaPartsOf(archs, settings.secureBoot)
  if (missing.length > 0) {
    const names = missing.join(' ')
    throw new Failure(`this needs more of Debian: sudo apt-get install -y ${names}`, exit.no)
  }
  const why = whyNot(settings, parts)
  if (why !== undefined) throw new Failure(why, exit.usage)
  return parts
}

const usualArchs: readonly MediaArch[] = ['bios', 'x64-efi']
