import { fieldsOf, objectsOf, type UnknownFields } from '../base/untrusted.ts'
import { PowerError } from './power.ts'
import { type BmcAnswer, isGood, linkIn, pathIn, refusal, stringsIn } from './redfish-answer.ts'
import { patch } from './redfish-boot.ts'
import type { RedfishClient } from './redfish-client.ts'
import { discTypes, insertBodies, isEmptied } from './redfish-quirks.ts'

/* Virtual media (DMTF DSP0268, VirtualMedia): an image behind a URL becomes a disc in a drive of the machine. */

/** A drive of virtual media. */
interface Drive {
  readonly path: string
  readonly answer: BmcAnswer
  readonly fields: UnknownFields
}

/** Puts the image behind a URL into the drive; another one that is in it is taken out first. Throws PowerError. */
export async function insertDisc(
  client: RedfishClient,
  system: UnknownFields,
  url: string,
): Promise<void> {
  const drive = await driveOf(client, system)
  if (holds(drive, url)) return
  if (isFull(drive)) await takeOut(client, drive)
  const target = actionOf(drive, 'InsertMedia')
  const bodies = insertBodies(url)
  let answer: BmcAnswer | undefined
  for (const body of bodies) {
    answer =
      target === undefined
        ? await patch(client, drive.path, body)
        : await client.ask(target, { method: 'POST', body })
    if (isGood(answer)) return
    if (answer.status !== 400) break
  }
  throw refusal(answer as BmcAnswer, client.address, `the image ${url}`)
}

/** Takes an image of ours out of the drive; false where it is not in it. Throws PowerError. */
export async function ejectDisc(
  client: RedfishClient,
  system: UnknownFields,
  url: string,
): Promise<boolean> {
  const drive = await driveOf(client, system)
  if (!holds(drive, url)) return false
  await takeOut(client, drive)
  return true
}

async function takeOut(client: RedfishClient, { path, ...drive }: Drive): Promise<void> {
  const target = actionOf(drive, 'EjectMedia')
  if (target === undefined) {
    const answer = await patch(client, path, { Image: null, Inserted: false })
    if (isGood(answer)) return
    throw refusal(answer, client.address, 'to take the image out')
  }
  const answer = await client.ask(target, { method: 'POST', body: {} })
  if (isGood(answer)) return
  // HPE wants the empty object, others no body.
  const bare = [400, 415].includes(answer.status)
    ? await client.ask(target, { method: 'POST' })
    : answer
  if (!isGood(bare)) throw refusal(bare, client.address, 'to take the image out')
}

/** The first drive that takes a disc: those of the managers come before those of the system. */
async function driveOf(client: RedfishClient, system: UnknownFields): Promise<Drive> {
  const managers = objectsOf(fieldsOf(system.Links).ManagedBy).flatMap(one => linkIn(one) ?? [])
  const owners = await Promise.all(
    managers.map(async path => fieldsOf((await client.ask(path)).json)),
  )
  for (const owner of [...owners, system]) {
    const collection = linkIn(owner.VirtualMedia)
    if (collection === undefined) continue
    const { Members } = fieldsOf((await client.ask(collection)).json)
    for (const path of objectsOf(Members).flatMap(member => linkIn(member) ?? [])) {
      const answer = await client.ask(path)
      const fields = fieldsOf(answer.json)
      if (isGood(answer) && takesDiscs(fields)) return { path, answer, fields }
    }
  }
  const error = 'it has no drive for discs; many BMCs need a licence for it'
  throw new PowerError({
    code: 'bmc-refused',
    address: client.address,
    what: 'virtual media',
    error,
  })
}

function takesDiscs({ MediaTypes }: UnknownFields): boolean {
  return stringsIn(MediaTypes)?.some(type => discTypes.includes(type)) ?? false
}

function holds({ fields }: Pick<Drive, 'fields'>, url: string): boolean {
  return isFull({ fields }) && fields.Image === url
}

function isFull({ fields }: Pick<Drive, 'fields'>): boolean {
  return fields.Inserted === true && !isEmptied(fields)
}

function actionOf({ fields }: Pick<Drive, 'fields'>, name: string): string | undefined {
  return pathIn(fieldsOf(fieldsOf(fields.Actions)[`#VirtualMedia.${name}`]).target)
}
