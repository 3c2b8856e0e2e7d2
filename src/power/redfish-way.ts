import { oneLine } from '../base/printable.ts'
import { fieldsOf, objectsOf, type UnknownFields } from '../base/untrusted.ts'
import type { Firmware, PowerState, RedfishWay } from '../boot/power.ts'
import type { Reason } from '../boot/reason.ts'
import { type Power, PowerError, type PowerTarget, type WayDeps } from './power.ts'
import { isGood, linkIn, pathIn, refusal, stringsIn } from './redfish-answer.ts'
import { setNextBoot } from './redfish-boot.ts'
import { connectRedfish, type RedfishClient } from './redfish-client.ts'
import { ejectDisc, insertDisc } from './redfish-media.ts'
import { resetTypes } from './redfish-quirks.ts'

/** What they are called in Redfish; what is not there is not known. */
const states: Readonly<Record<string, PowerState>> = {
  On: 'on',
  Off: 'off',
  PoweringOn: 'changing',
  PoweringOff: 'changing',
}

/** Power by a BMC that speaks Redfish. */
export function redfishPower(
  way: RedfishWay,
  { address = '', system: name }: PowerTarget,
  deps: WayDeps,
): Power {
  const client = connectRedfish(way, address, deps)
  let path: Promise<string> | undefined
  const find = () => {
    path ??= systemOf(client, name)
    return path
  }
  const read = async () => {
    const path = await find()
    return { path, answer: await client.get(path) }
  }
  const look = async () => fieldsOf((await read()).answer.json)
  const status = async () => states[String((await look()).PowerState)] ?? 'unknown'
  const action = async () => resetActionIn(await look(), client)
  const reset = async (what: keyof typeof resetTypes, done: PowerState) => {
    const refused = await resetBy(resetTypes[what], await action(), client)
    // "It is so already" is an error of some, and no refusal.
    if (refused && (await status()) !== done) throw refused
  }
  return {
    status,
    on: () => reset('on', 'on'),
    off: () => reset('off', 'off'),
    async cycle() {
      const known = await action()
      // A BMC needs not know any of its names (DSP0268).
      if (typeIn(resetTypes.cycle, known) === undefined) return false
      const refused = await resetBy(resetTypes.cycle, known, client)
      if (refused) throw refused
      return true
    },
    shutDown: () => reset('shutDown', 'off'),
    async netboot(firmware: Firmware | undefined): Promise<Reason | undefined> {
      return setNextBoot(client, await read(), 'network', firmware)
    },
    async insert(url, firmware) {
      const system = await read()
      await insertDisc(client, fieldsOf(system.answer.json), url)
      return setNextBoot(client, system, 'disc', firmware)
    },
    eject: async url => ejectDisc(client, await look(), url),
    close: client.close,
  }
}

/**
 * The path of the machine. A chassis with several is asked for a name: the first one would be a guess, and
 * the wrong one is erased.
 */
async function systemOf(client: RedfishClient, name: string | undefined): Promise<string> {
  const collection = linkIn((await client.root()).Systems) ?? '/redfish/v1/Systems'
  const members = fieldsOf((await client.get(collection)).json).Members
  const paths = objectsOf(members).flatMap(member => linkIn(member) ?? [])
  const named = paths.filter(path => name === undefined || nameOf(path) === name)
  const [path, second] = named
  if (path !== undefined && second === undefined) return path
  const error = `it has ${listOf(paths.map(nameOf)) || 'none'}: name one with \`system\` at the host`
  throw new PowerError({ code: 'bmc-refused', address: client.address, what: 'the system', error })
}

function nameOf(path: string): string {
  return path.split('/').filter(Boolean).at(-1) ?? ''
}

interface ResetAction {
  /** Where it is asked for. */
  readonly target: string | undefined
  /** The values of ResetType that it knows; undefined where nobody says. */
  readonly allowed: readonly string[] | undefined
}

async function resetActionIn(system: UnknownFields, client: RedfishClient): Promise<ResetAction> {
  const action = fieldsOf(fieldsOf(system.Actions)['#ComputerSystem.Reset'])
  return { target: pathIn(action.target), allowed: await allowedOf(action, client) }
}

/** The first of these names that it knows; where it does not say, it may know the first. */
function typeIn(wanted: readonly string[], { allowed }: ResetAction): string | undefined {
  return allowed ? wanted.find(one => allowed.includes(one)) : wanted[0]
}

/** Why it was refused, if it was. Throws PowerError where it cannot even be asked. */
async function resetBy(
  wanted: readonly string[],
  action: ResetAction,
  client: RedfishClient,
): Promise<PowerError | undefined> {
  const { address } = client
  const { target, allowed = [] } = action
  const type = typeIn(wanted, action)
  if (target === undefined || type === undefined) {
    const [what = 'a reset'] = wanted
    const error = target === undefined ? 'it has none' : `it knows only ${listOf(allowed)}`
    throw new PowerError({ code: 'bmc-refused', address, what, error })
  }
  const answer = await client.ask(target, { method: 'POST', body: { ResetType: type } })
  return isGood(answer) ? undefined : refusal(answer, address, type)
}

/** The values of ResetType: beside the action, or in what it links to; undefined where nobody says. */
async function allowedOf(
  action: UnknownFields,
  client: RedfishClient,
): Promise<readonly string[] | undefined> {
  const beside = stringsIn(action['ResetType@Redfish.AllowableValues'])
  const info = pathIn(action['@Redfish.ActionInfo'])
  if (beside || info === undefined) return beside
  const { Parameters: all } = fieldsOf((await client.ask(info)).json)
  const parameter = objectsOf(all).find(one => one.Name === 'ResetType')
  return stringsIn(parameter?.AllowableValues)
}

/** Names of a BMC, as one printable line. */
function listOf(names: readonly string[]): string {
  return oneLine(names.join(', ')).slice(0, 200)
}
