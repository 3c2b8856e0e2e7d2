import { oneLine } from '../base/printable.ts'
import { fieldsOf, type UnknownFields } from '../base/untrusted.ts'
import type { Firmware } from '../boot/power.ts'
import type { Reason } from '../boot/reason.ts'
import {
  type BmcAnswer,
  errorsIn,
  isGood,
  isUnmatched,
  linkIn,
  pathIn,
  refusal,
  stringsIn,
} from './redfish-answer.ts'
import type { RedfishClient } from './redfish-client.ts'
import {
  type BootOverride,
  discTarget,
  goesElsewhere,
  ifMatch,
  overrideKeys,
} from './redfish-quirks.ts'

/**
 * Sets the next boot to the network or to the disc in its drive, once, and reads it back: returns why it is in
 * doubt. Throws PowerError.
 */
export async function setNextBoot(
  client: RedfishClient,
  system: ReadResource,
  from: 'network' | 'disc',
  firmware: Firmware | undefined,
): Promise<Reason | undefined> {
  const fields = fieldsOf(system.answer.json)
  const wanted = overrideOf(fields, from, firmware)
  const { path, sent } = await send(client, await placesOf(client, fields, system), wanted)
  if (!(await differenceOf(client, path, sent))) return undefined
  // Supermicro goes back to Legacy when the target changes, and keeps what it is told then.
  await send(client, [{ path }], wanted)
  return differenceOf(client, path, sent)
}

function overrideOf(
  { Boot, Manufacturer }: UnknownFields,
  from: 'network' | 'disc',
  firmware: Firmware | undefined,
): BootOverride {
  const allowed = stringsIn(fieldsOf(Boot)['BootSourceOverrideTarget@Redfish.AllowableValues'])
  const byHttp = firmware?.door === 'http' && (!allowed || allowed.includes('UefiHttp'))
  const network = byHttp ? 'UefiHttp' : 'Pxe'
  return {
    BootSourceOverrideTarget: from === 'disc' ? discTarget(Manufacturer, allowed) : network,
    BootSourceOverrideEnabled: 'Once',
    ...(firmware && { BootSourceOverrideMode: firmware.mode === 'uefi' ? 'UEFI' : 'Legacy' }),
  }
}

/**
 * Where changes go, the likeliest first: a settings resource of the system that has the override (AMI), else the
 * system. Those of Lenovo and of Dell have the boot order or the mode alone; iDRAC10 takes the override there all
 * the same, and refuses it at the system.
 */
async function placesOf(
  client: RedfishClient,
  fields: UnknownFields,
  system: ReadResource,
): Promise<readonly ReadResource[]> {
  const path = linkIn(fieldsOf(fields['@Redfish.Settings']).SettingsObject)
  if (path === undefined) return [system]
  const answer = await client.ask(path)
  const { Boot } = fieldsOf(answer.json)
  if (!isGood(answer) || Boot === undefined) return [system]
  const settings = { path, answer }
  return 'BootSourceOverrideTarget' in fieldsOf(Boot) ? [settings, system] : [system, settings]
}

/** A resource of a BMC, as it was answered just now. */
export interface ReadResource {
  readonly path: string
  readonly answer: BmcAnswer
}

interface SentOverride {
  /** Where it was taken. */
  readonly path: string
  readonly sent: UnknownFields
}

type OverridePlace = Pick<ReadResource, 'path'> & Partial<ReadResource>

/** The next place is tried where one refuses it whatever is left out. */
async function send(
  client: RedfishClient,
  places: readonly OverridePlace[],
  wanted: BootOverride,
): Promise<SentOverride> {
  let refused: BmcAnswer | undefined
  for (const place of places) {
    const tried = await sendTo(client, place, wanted)
    if ('sent' in tried) return tried
    refused = tried
    if (refused.status !== 400) break
  }
  const isDisc = ['Cd', 'UsbCd'].includes(wanted.BootSourceOverrideTarget)
  const from = isDisc ? 'its image' : 'the network'
  throw refusal(refused as BmcAnswer, client.address, `the next boot from ${from}`)
}

async function sendTo(
  client: RedfishClient,
  at: OverridePlace,
  wanted: BootOverride,
): Promise<SentOverride | BmcAnswer> {
  let { path, answer: read } = at
  let answer: BmcAnswer | undefined
  for (const { keys } of overrideKeys) {
    const sent = Object.fromEntries(keys.flatMap(key => (wanted[key] ? [[key, wanted[key]]] : [])))
    answer = await patch(client, path, { Boot: sent }, read)
    read = undefined
    const elsewhere = isGood(answer) ? undefined : elsewhereIn(answer)
    if (elsewhere !== undefined && elsewhere !== path) {
      path = elsewhere
      answer = await patch(client, path, { Boot: sent })
    }
    if (isGood(answer)) return { path, sent }
    if (answer.status !== 400) break
  }
  return answer as BmcAnswer
}

function elsewhereIn(answer: BmcAnswer): string | undefined {
  return errorsIn(answer)
    .filter(({ id }) => id === goesElsewhere)
    .flatMap(({ args }) => args.map(pathIn))
    .find(path => path !== undefined)
}

/** Changes a resource. `read` is what was answered at its path just now: only who refuses its tag is asked for it again. */
export async function patch(
  client: RedfishClient,
  path: string,
  body: object,
  read?: BmcAnswer,
): Promise<BmcAnswer> {
  let last = read
  let answer: BmcAnswer | undefined
  for (const matchOf of ifMatch) {
    const match = matchOf(tagOf(last ?? (await client.get(path))))
    last = undefined
    const headers = match === undefined ? {} : { 'If-Match': match }
    answer = await client.ask(path, { method: 'PATCH', body, headers })
    if (!isUnmatched(answer)) break
  }
  return answer as BmcAnswer
}

function tagOf({ headers, json }: BmcAnswer): string | undefined {
  if (typeof headers.etag === 'string') return headers.etag
  const tag = fieldsOf(json)['@odata.etag']
  return typeof tag === 'string' ? tag : undefined
}

/** Only what was sent is looked at: a BMC may say yes and store something else. */
async function differenceOf(
  client: RedfishClient,
  path: string,
  sent: UnknownFields,
): Promise<Reason | undefined> {
  const is = fieldsOf(fieldsOf((await client.get(path)).json).Boot)
  const key = Object.keys(sent).find(key => key in is && is[key] !== sent[key])
  if (key === undefined) return undefined
  const mode = key === 'BootSourceOverrideMode' && ({ of: 'mode' } as const)
  const shown = oneLine(`${key} ${String(is[key])}`).slice(0, 60)
  return { code: 'netboot-not-kept', is: shown, ...mode }
}
