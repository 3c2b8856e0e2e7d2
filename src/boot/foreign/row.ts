import { serverUrl, tftpUrl } from '../../base/server-url.ts'
import { type Mac, macWithHyphens } from '../../wire/address.ts'
import { formatIpAddress, type IpAddress } from '../../wire/ip-address.ts'
import { type Arch, archs, typesOfArch } from '../arch.ts'
import type { HostBootSettings } from '../boot-settings.ts'
import type { Client, Stage } from '../client.ts'
import { type Answer, decide, type Site } from '../decide.ts'
import { type LoaderRule, loadersOf } from '../loaders/choice.ts'
import { noSuchFile } from '../loaders/no-such-file.ts'

/** A card of a host that is booted in a way of its own. */
export interface ForeignCard {
  readonly mac: Mac
  readonly settings: HostBootSettings
  /** What its firmware is to be taken for, whatever it says. */
  readonly arch?: Arch
}

/** What a DHCP server that is not ours must say so that machines find us. */
export interface ForeignFacts {
  /** Of the family that machines ask by. */
  readonly serverAddress: IpAddress
  readonly httpPort: number
  /** What the boot decision is made from. */
  readonly site: Site
  readonly cards?: readonly ForeignCard[]
}

/** A boot file: a name for TFTP, or a URL for HTTP Boot; in DHCPv6 a URL always. */
export interface BootFile {
  readonly file: string
  readonly http: boolean
}

/** What clients that fit are told; the first row that fits counts. iPXE fits none. */
export interface ForeignRow {
  readonly tag: string
  /** DHCP option 93, in DHCPv6 61; without it any. */
  readonly type?: number
  /** Beginning of the vendor class. */
  readonly vendor?: string
  /** Beginnings of MAC addresses. */
  readonly macs?: readonly string[]
  readonly http: boolean
  /** Nothing where the loader is not there. */
  readonly says?: BootFile
  /** Tags of rows before it that some of its clients fit too. */
  readonly before: readonly string[]
}

/** What a card is told in place of what the rows say. */
export interface Card {
  readonly mac: Mac
  /**
   * `own`: its firmware has a loader of its own, and iPXE goes to the script. `other`: its loader is no
   * iPXE, so that even iPXE is told to load it. `disc`: only HTTP Boot is told something else.
   */
  readonly kind: 'own' | 'other' | 'disc'
  readonly pxe?: BootFile
  readonly http?: BootFile
}

/** Everything the lines of each server are made of. */
export interface ForeignLines {
  readonly rows: readonly ForeignRow[]
  readonly cards: readonly Card[]
  /** Types of option 93 or 61 that stand for HTTP Boot. */
  readonly httpTypes: readonly number[]
  readonly script: string
  readonly family: Family
  readonly address: string
}

/** How a server's expressions ask what a client says. */
export interface ClientTests {
  readonly ipxe: string
  type(type: number): string
  /** How its vendor class begins. */
  vendor(text: string): string
}

/** Of DHCP. */
export type Family = 4 | 6

export function familyOf({ serverAddress }: Pick<ForeignFacts, 'serverAddress'>): Family {
  return typeof serverAddress === 'number' ? 4 : 6
}

/**
 * What our own policy says, asked for every kind of client that a DHCP server can tell apart: also by their MACs,
 * unless it does not see them.
 */
export function foreignRows(facts: ForeignFacts, seesMacs: boolean): ForeignLines {
  return {
    rows: rowsOf(facts, seesMacs),
    cards: seesMacs ? (facts.cards ?? []).flatMap(card => cardOf(card, facts) ?? []) : [],
    httpTypes: archs.flatMap(arch => typesOfArch(arch, true)),
    script: `${baseUrl(facts)}/boot.ipxe`,
    family: familyOf(facts),
    address: formatIpAddress(facts.serverAddress),
  }
}

/** Beginnings of its vendor class: U-Boot says the type of the firmware that its processor usually has. */
const uboots: readonly (readonly [Arch, string])[] = [
  ['arm64-uboot', 'U-Boot.armv8'],
  ['arm32-uboot', 'U-Boot.arm'],
  ['uboot', 'U-Boot'],
]

function rowsOf(facts: ForeignFacts, seesMacs: boolean): ForeignRow[] {
  const rows: ForeignRow[] = []
  const add = (row: Omit<ForeignRow, 'before'>) => {
    // A row without a loader is there for those behind it, which must leave its clients alone.
    const isLast = row.vendor === undefined && row.macs === undefined
    if ((isLast && !row.says) || (row.macs && !seesMacs)) return
    const before = rows.filter(({ type }) => type === row.type || type === undefined)
    rows.push({ ...row, before: before.map(({ tag }) => tag) })
  }
  // Over IPv6 nobody boots without a class of PXE or HTTP Boot.
  for (const [arch, vendor] of familyOf(facts) === 4 ? differentUboots(facts) : []) {
    for (const { tag, ...rule } of rulesOf(arch, facts)) {
      if (rule.vendor === undefined)
        add({ tag: `${arch}-class${tag}`, ...rule, vendor, http: false })
    }
  }
  for (const arch of archs) {
    for (const http of [false, true]) {
      for (const [n, type] of typesOfArch(arch, http).entries()) {
        const name = `${arch}${http ? '-http' : ''}${n === 0 ? '' : `-${type}`}`
        for (const { tag, ...rule } of rulesOf(arch, facts, http)) {
          add({ tag: `${name}${tag}`, type, ...rule, http })
        }
      }
    }
  }
  return rows
}

/** One row is enough for all that get the same. */
function differentUboots(facts: ForeignFacts): typeof uboots {
  const loads = uboots.map(([arch]) => JSON.stringify(rulesOf(arch, facts)))
  return new Set(loads).size === 1 ? uboots.slice(-1) : uboots
}

/** The loaders of an arch, with what the decision makes of each. */
function rulesOf(arch: Arch, facts: ForeignFacts, http = false) {
  return loadersOf(arch, facts.site).map(({ file, vendor, macs }: LoaderRule, n) => {
    const client = { arch, stage: http ? 'http-firmware' : 'firmware' } as const
    const says = ask(client, { loader: file }, facts)
    const isSome = vendor !== undefined || macs !== undefined
    return {
      tag: isSome ? `-rule${n + 1}` : '',
      ...(vendor !== undefined && { vendor }),
      ...(macs && { macs }),
      ...(says && { says }),
    }
  })
}

function cardOf({ mac, settings, arch }: ForeignCard, facts: ForeignFacts): Card | undefined {
  const isOwn = settings.loader !== undefined || arch !== undefined
  if (!isOwn && settings.kind !== 'iso') return undefined
  const say = (stage: Stage) => ask({ mac, arch: arch ?? 'unknown', stage }, settings, facts)
  const http = say('http-firmware')
  if (!isOwn) return { mac, kind: 'disc', ...(http && { http }) }
  const pxe = say('firmware')
  const toScript = answerFor({ mac, arch: arch ?? 'unknown', stage: 'ipxe' }, settings, facts.site)
  return {
    mac,
    kind: toScript.kind === 'chain' ? 'own' : 'other',
    ...(pxe && { pxe }),
    ...(http && { http }),
  }
}

type Asking = Pick<Client, 'arch' | 'stage'> & { readonly mac?: Mac }

/** The decision for a host that is due: nobody else needs to be led to us. */
function answerFor(asking: Asking, settings: HostBootSettings, site: Site): Answer {
  const client: Client = { mac: '00:00:00:00:00:00' as Mac, capable: true, ...asking }
  return decide(client, { name: '', due: true, why: { code: 'install-asked' }, settings }, site)
}

function ask(
  asking: Asking,
  settings: HostBootSettings,
  facts: ForeignFacts,
): BootFile | undefined {
  const answer = answerFor(asking, settings, facts.site)
  const url = (path: string) => ({ file: `${baseUrl(facts)}/${path}`, http: true })
  switch (answer.kind) {
    case 'load':
      if (answer.over === 'tftp') return byTftp(answer.file, facts)
      return url(`loaders/${encodeURIComponent(answer.file)}`)
    case 'image':
      return url(`boot/${macWithHyphens(asking.mac as Mac)}/image.iso`)
    case 'local':
      // As our own DHCP says it: a URL that answers 404 ends HTTP Boot at once, and a file that is not there PXE over IPv6.
      if (asking.stage === 'http-firmware') return url(noSuchFile)
      return familyOf(facts) === 6 ? byTftp(noSuchFile, facts) : undefined
    default:
      return undefined
  }
}

function byTftp(file: string, { serverAddress }: ForeignFacts): BootFile {
  const isName = typeof serverAddress === 'number'
  return { file: isName ? file : tftpUrl(serverAddress, file), http: false }
}

function baseUrl({ serverAddress, httpPort }: ForeignFacts): string {
  return serverUrl(formatIpAddress(serverAddress), httpPort)
}
