import { type Dispatcher, request } from 'undici'
import { given } from '../base/given.ts'
import { fieldsOf, type UnknownFields } from '../base/untrusted.ts'
import type { RedfishWay } from '../boot/power.ts'
import { readAnswer, redirected, whyNoAnswer } from './answer.ts'
import { bmcAddress, bmcAgent } from './bmc-tls.ts'
import { PowerError, type WayDeps } from './power.ts'
import { type BmcAnswer, hasNotEnded, isGood, isLater, linkIn, refusal } from './redfish-answer.ts'
import { basicAuthorization, readSecret } from './secret.ts'

/** Seconds for one request, to the end of its answer: BMCs take up to ten. */
const patience = 20
/** Seconds that a task of a BMC may take. */
const taskPatience = 60
/** Seconds between two askings of a BMC that says "not now", and for how long it is asked again. */
const laterEvery = 5
const laterPatience = 60

interface BmcRequest {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
}

/** A BMC that speaks Redfish (DMTF DSP0266), logged in with the first request that needs it. */
export interface RedfishClient {
  /** `address:port` */
  readonly address: string
  /**
   * The answer, when its task has ended where there is one; who says "not now" is asked again for a minute.
   * Throws PowerError when there is no whole answer.
   */
  ask(path: string, asked?: BmcRequest): Promise<BmcAnswer>
  /** The same, where only a good answer will do. */
  get(path: string): Promise<BmcAnswer>
  /** Its service root, which names everything else. */
  root(): Promise<UnknownFields>
  /** Ends the session: a BMC has 4 to 16 of them. Never throws. */
  close(): Promise<void>
}

interface BmcSession {
  readonly headers: Readonly<Record<string, string>>
  /** The path of its session. */
  readonly session?: string
  readonly root: UnknownFields
}

type Send = (path: string, asked?: BmcRequest) => Promise<BmcAnswer>

export function connectRedfish(
  way: RedfishWay,
  host: string,
  { signal, pins, rest }: WayDeps,
): RedfishClient {
  const address = bmcAddress(host, way.port)
  const agent = bmcAgent(way.trust, address, pins)
  const wire = { agent, address, signal }
  const send: Send = (path, asked = {}) => sendTo(wire, path, asked)
  let login: Promise<BmcSession> | undefined
  const loggedIn = () => {
    login ??= logIn(way, address, send)
    return login
  }

  const ask: Send = async (path, asked = {}) => {
    const { headers } = await loggedIn()
    const sendIn: Send = (path, asked = {}) =>
      send(path, { ...asked, headers: { ...headers, ...asked.headers } })
    for (let waited = 0; ; waited += laterEvery) {
      const answer = await endOf(await sendIn(path, asked), address, sendIn, rest)
      if (answer.status === 401) throw refusedLogin(way, address)
      if (waited >= laterPatience || !isLater(answer)) return answer
      await rest(laterEvery * 1000)
    }
  }
  return {
    address,
    ask,
    async get(path) {
      const answer = await ask(path)
      if (isGood(answer)) return answer
      throw refusal(answer, address, path)
    },
    root: async () => (await loggedIn()).root,
    async close() {
      const open = await login?.catch(() => undefined)
      if (open?.session !== undefined) {
        await send(open.session, { method: 'DELETE', headers: open.headers }).catch(() => {})
      }
      await agent.destroy().catch(() => {})
    },
  }
}

/** A session, or Basic authentication with every request where the BMC has no sessions. */
async function logIn(way: RedfishWay, address: string, send: Send): Promise<BmcSession> {
  const password = await readSecret(way.passwordFile)
  const first = await send('/redfish/v1/')
  if (!isGood(first)) throw refusal(first, address, 'Redfish')
  if (first.json === undefined) {
    const error = 'what it answers is no JSON'
    throw new PowerError({ code: 'bmc-refused', address, what: 'Redfish', error })
  }
  const root = fieldsOf(first.json)
  const sessions = linkIn(fieldsOf(root.Links).Sessions) ?? '/redfish/v1/SessionService/Sessions'
  const body = { UserName: way.user, Password: password }
  const answer = await send(sessions, { method: 'POST', body })
  const token = answer.headers['x-auth-token']
  if (isGood(answer) && typeof token === 'string') {
    const session = placeIn(answer)
    return { root, headers: { 'X-Auth-Token': token }, ...given('session', session) }
  }
  if ([404, 405, 501].includes(answer.status)) {
    return { root, headers: basicAuthorization(way.user, password) }
  }
  if (answer.status === 401 || answer.status === 403) throw refusedLogin(way, address)
  throw refusal(answer, address, 'a session')
}

function refusedLogin({ user }: RedfishWay, address: string): PowerError {
  return new PowerError({ code: 'bmc-login', address, user })
}

/** What takes longer is a task: its monitor answers 202, or its state, until it has ended (DSP0266 section 12). */
async function endOf(
  first: BmcAnswer,
  address: string,
  send: Send,
  rest: WayDeps['rest'],
): Promise<BmcAnswer> {
  let answer = first
  const monitor = first.status === 202 ? placeIn(first) : undefined
  if (monitor === undefined) return first
  for (let seconds = 0; hasNotEnded(answer); seconds++) {
    if (seconds >= taskPatience) {
      throw new PowerError({ code: 'bmc-slow', address, seconds: taskPatience })
    }
    await rest(1000)
    answer = await send(monitor)
  }
  return answer
}

/** Where on this BMC the new resource is, whatever name it calls itself by; some say so in the body alone. */
function placeIn({ headers: { location }, json }: BmcAnswer): string | undefined {
  const url = typeof location === 'string' ? URL.parse(location, 'https://bmc') : null
  return url?.pathname ?? linkIn(json)
}

/** The path of a URL of the BMC itself; undefined where it leads elsewhere. */
function pathOf(location: string | string[] | undefined, address: string): string | undefined {
  const url = typeof location === 'string' ? URL.parse(location, `https://${address}`) : null
  return url?.host === URL.parse(`https://${address}`)?.host ? url?.pathname : undefined
}

interface Wire {
  readonly agent: Dispatcher
  readonly address: string
  readonly signal: AbortSignal
}

async function sendTo(
  wire: Wire,
  path: string,
  asked: BmcRequest,
  mayFollow = true,
): Promise<BmcAnswer> {
  const { agent, address, signal } = wire
  const { method = 'GET', headers, body } = asked
  try {
    const answer = await request(`https://${address}${path}`, {
      ...{ method, dispatcher: agent },
      headers: {
        'OData-Version': '4.0',
        Accept: 'application/json',
        // Packed answers have weak tags on some, which then fail If-Match.
        'Accept-Encoding': 'identity',
        ...(body && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(patience * 1000)]),
    })
    const text = await readAnswer(answer.body, address)
    const { statusCode: status } = answer
    const { location } = answer.headers
    if (status < 300 || status >= 400) {
      return { status, headers: answer.headers, json: jsonOf(text) }
    }
    // Some want a slash at the end. Elsewhere it would be somebody else who gets the password.
    if (mayFollow && method === 'GET' && pathOf(location, address) === `${path}/`)
      return await sendTo(wire, `${path}/`, asked, false)
    throw redirected(location, address)
  } catch (error) {
    throw whyNoAnswer(error, address, patience)
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
