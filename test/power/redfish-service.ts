import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { answerDrives, type Disc, type DriveWays, linkOf } from './redfish-drives.ts'

/** How a BMC differs from the standard. */
export interface Ways {
  /** Refuses a boot mode (HPE). */
  readonly modeIsReadOnly?: boolean
  /** Takes the override and forgets it (Supermicro). */
  readonly forgets?: boolean
  /** Boot changes go to a resource of their own (AMI). */
  readonly settings?: boolean
  /** Refuses the settings with an error that names another resource (AMI of another age). */
  readonly elsewhere?: boolean
  /** Goes back to Legacy with the first change (Supermicro). */
  readonly legacyFirst?: boolean
  /** Changes its tag so often between a GET and the PATCH (Lenovo). */
  readonly tagChanges?: number
  /** Gives weak tags, and wants strong ones. */
  readonly weakTags?: boolean
  /** Gives no tag, and wants If-Match. */
  readonly noTags?: boolean
  /** Says "not now" so often before it takes a change (HPE in POST). */
  readonly notNow?: number
  /** Changes are tasks, which end when their monitor was asked so often. */
  readonly tasks?: number
  readonly drives?: DriveWays
  readonly manufacturer?: string
  readonly resets?: readonly string[]
  readonly systems?: readonly string[]
  readonly noSessions?: boolean
  /** Milliseconds to each answer. */
  readonly slow?: number
  /** Behind it is a machine that is switched so. */
  switched?(reset: string, machine: Bmc['machine']): void
  /** Answers any request before it is looked at; true when it did. */
  answer?(request: IncomingMessage, response: ServerResponse): boolean
}

/** Who ends what was started. */
export interface Owner {
  teardown(end: () => void): void
}

export interface Bmc {
  readonly port: number
  readonly folder: string
  /** `POST /path {…}` of all that changes something, without logins. */
  readonly changes: string[]
  /** The paths that were read. */
  readonly reads: string[]
  readonly machine: { power: 'On' | 'Off'; boot: Record<string, string>; readonly disc: Disc }
  sessions(): number
  /** Shows another certificate from now on. */
  renew(): void
}

/** The smallest honest Redfish service: sessions, tags, allowable values, reset and boot override. */
export async function startBmc(t: Owner, ways: Ways = {}): Promise<Bmc> {
  const folder = makePasswords(t)
  const state = stateOf(ways)
  const server = createServer(
    certificate(folder, 'bmc'),
    takeBy(() => state),
  )
  return {
    ...{ port: await listen(t, server, '127.0.0.1'), folder },
    ...{ changes: state.changes, reads: state.reads, machine: state.machine },
    sessions: () => state.sessions.size,
    renew: () => server.setSecureContext(certificate(folder, 'other')),
  }
}

/** As many of them as are asked: each address of the loopback network is one, all at one port. */
export async function startBmcs(t: Owner, waysOf: (address: string) => Ways) {
  const folder = makePasswords(t)
  const states = new Map<string, State>()
  const of = (address: string) => {
    const state = states.get(address) ?? stateOf(waysOf(address))
    states.set(address, state)
    return state
  }
  const server = createServer(certificate(folder, 'bmc'), takeBy(of))
  const port = await listen(t, server, '0.0.0.0')
  return {
    ...{ port, folder, machine: (address: string) => of(address).machine },
    sessions: (address: string) => of(address).sessions.size,
  }
}

function takeBy(of: (address: string) => State) {
  return async (request: IncomingMessage, response: ServerResponse) => {
    const state = of(request.socket.localAddress ?? '')
    if (state.ways.answer?.(request, response)) return
    let text = ''
    for await (const piece of request) text += piece
    if (state.ways.slow !== undefined) await delay(state.ways.slow)
    answer({ request, response, body: text === '' ? undefined : JSON.parse(text) }, state)
  }
}

/** With the files `password`, which is right, and `wrong`. */
export function makePasswords(t: Owner): string {
  const folder = mkdtempSync(join(tmpdir(), 'bmc-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'password'), 'secret\n', { mode: 0o600 })
  writeFileSync(join(folder, 'wrong'), 'wrong\n', { mode: 0o600 })
  return folder
}

export function certificate(folder: string, name: string) {
  const [cert, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)]
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-keyout', key, '-out', cert, '-days', '2', '-subj', `/CN=${name}`],
      ...['-addext', 'subjectAltName=IP:127.0.0.1'],
    ],
    { stdio: 'ignore' },
  )
  return { cert: readFileSync(cert), key: readFileSync(key) }
}

/** Listens at a free port until the end of the test. */
export async function listen(t: Owner, server: Server, address: string): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, address, resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

function stateOf(ways: Ways): State {
  return {
    ways,
    changes: [],
    reads: [],
    sessions: new Set(),
    made: 0,
    tag: 1,
    spoilt: 0,
    refused: 0,
    monitored: 0,
    machine: {
      power: 'Off',
      disc: { image: null, inserted: false },
      boot: {
        BootSourceOverrideTarget: 'None',
        BootSourceOverrideEnabled: 'Disabled',
        BootSourceOverrideMode: 'UEFI',
      },
    },
  }
}

interface State {
  readonly ways: Ways
  readonly changes: string[]
  readonly reads: string[]
  readonly sessions: Set<string>
  readonly machine: Bmc['machine']
  made: number
  tag: number
  spoilt: number
  refused: number
  monitored: number
}

interface Call {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly body: Record<string, unknown> | undefined
}

const root = '/redfish/v1'

function answer(call: Call, state: State) {
  const { request, body } = call
  const path = (request.url ?? '').replace(/\/$/, '')
  const send = (status: number, json?: object, headers: Record<string, string> = {}) => {
    call.response.writeHead(status, { 'Content-Type': 'application/json', ...headers })
    call.response.end(json && JSON.stringify(json))
  }
  const asked = `${request.method} ${path}`
  if (asked === `GET ${root}`) return send(200, rootOf())
  if (asked === `POST ${root}/SessionService/Sessions`) return logIn(call, state, send)
  const session = [...state.sessions].find(one => one === request.headers['x-auth-token'])
  const basic = `Basic ${Buffer.from('admin:secret').toString('base64')}`
  const isIn = session !== undefined || request.headers.authorization === basic
  if (!isIn) return send(401, refusal('no session'))
  if (asked.startsWith(`DELETE ${root}/SessionService/Sessions/`)) {
    state.sessions.delete(path.split('/').at(-1) ?? '')
    return send(204)
  }
  if (request.method === 'GET') state.reads.push(path)
  else state.changes.push(`${asked} ${JSON.stringify(body ?? {})}`)
  resource(asked, call, state, send)
}

type Send = (status: number, json?: object, headers?: Record<string, string>) => void

function logIn({ body = {} }: Call, state: State, send: Send) {
  if (state.ways.noSessions) return send(405)
  if (body.UserName !== 'admin' || body.Password !== 'secret') return send(401, refusal('no'))
  const id = `s${++state.made}`
  state.sessions.add(id)
  const path = `${root}/SessionService/Sessions/${id}`
  send(
    201,
    { '@odata.id': path, Id: id, Name: id, UserName: 'admin' },
    { 'X-Auth-Token': id, Location: path },
  )
}

function resource(asked: string, call: Call, state: State, send: Send) {
  const { ways, machine } = state
  const { systems = ['1'] } = ways
  const [system] = systems.map(name => `${root}/Systems/${name}`)
  const settings = `${system}/SD`
  const own = ways.settings || ways.elsewhere ? settings : system
  const tag = ways.noTags ? {} : { ETag: `${ways.weakTags ? 'W/' : ''}"${state.tag}"` }
  switch (asked) {
    case `GET ${root}/SessionService`:
      return send(200, {
        '@odata.id': `${root}/SessionService`,
        Id: 'S',
        Name: 'S',
        Sessions: link('SessionService/Sessions'),
      })
    case `GET ${root}/Systems`:
      return send(200, {
        '@odata.id': `${root}/Systems`,
        Name: 'Systems',
        'Members@odata.count': systems.length,
        Members: systems.map(name => link(`Systems/${name}`)),
      })
    case `GET ${system}`:
      return send(200, systemOf(system ?? '', state), tag)
    case `GET ${settings}`:
      if (own !== settings) return send(404)
      return send(200, { '@odata.id': settings, Id: 'SD', Boot: machine.boot }, tag)
    case `GET ${root}/TaskService/TaskMonitors/1`:
      state.monitored += 1
      return send(state.monitored > (ways.tasks ?? 0) ? 204 : 202)
    case `PATCH ${own}`:
      return change(call, state, send)
    case `PATCH ${system}`:
      return send(400, refusal('elsewhere', 'Ami.1.0.OperationSupportedInFutureStateURI', settings))
    case `POST ${system}/Actions/ComputerSystem.Reset`:
      return reset(String(call.body?.ResetType), state, send)
    default:
      if (!drives(asked, call, system ?? '', state, send)) {
        send(404, refusal(`nothing at ${asked}`))
      }
  }
}

function drives(asked: string, { body }: Call, system: string, state: State, send: Send): boolean {
  const [method = '', path = ''] = asked.split(' ')
  const { ways, machine } = state
  return answerDrives(
    { method, path, body },
    { system, disc: machine.disc, ways: ways.drives ?? {} },
    send,
  )
}

function change({ request, body = {} }: Call, state: State, send: Send) {
  const { ways, machine } = state
  const match = request.headers['if-match']
  if (match === undefined) return send(428, refusal('the header If-Match is missing'))
  if (state.refused < (ways.notNow ?? 0)) {
    state.refused += 1
    return send(400, refusal('it is in POST', 'iLO.2.14.UnableToModifyDuringSystemPOST'))
  }
  if (state.spoilt < (ways.tagChanges ?? 0)) {
    state.spoilt += 1
    state.tag += 1
  }
  if (match !== (ways.noTags ? '*' : `"${state.tag}"`))
    return send(412, refusal('the resource has changed'))
  const boot = (body.Boot ?? {}) as Record<string, string>
  if (ways.modeIsReadOnly && 'BootSourceOverrideMode' in boot) {
    return send(400, refusal('BootSourceOverrideMode is read-only'))
  }
  state.tag += 1
  Object.assign(machine.boot, boot)
  if (ways.forgets) machine.boot.BootSourceOverrideEnabled = 'Disabled'
  const isFirst = state.tag === 2
  if (ways.legacyFirst && isFirst) machine.boot.BootSourceOverrideMode = 'Legacy'
  if (ways.tasks === undefined) return send(200, {})
  send(202, {}, { Location: `${root}/TaskService/TaskMonitors/1` })
}

function reset(type: string, { ways, machine }: State, send: Send) {
  if (!(ways.resets ?? allResets).includes(type)) return send(400, refusal(`no ${type}`))
  if (type === 'On' && machine.power === 'On') return send(409, refusal('it is on'))
  machine.power = type.includes('Off') || type.includes('Shutdown') ? 'Off' : 'On'
  ways.switched?.(type, machine)
  send(204)
}

const allResets = ['On', 'ForceOff', 'ForceRestart', 'GracefulShutdown']

function rootOf() {
  return {
    '@odata.id': `${root}/`,
    '@odata.type': '#ServiceRoot.v1_9_0.ServiceRoot',
    Id: 'RootService',
    Name: 'Root Service',
    RedfishVersion: '1.11.0',
    UUID: '92384634-2938-2342-8820-489239905423',
    Systems: link('Systems'),
    SessionService: link('SessionService'),
    Links: { Sessions: link('SessionService/Sessions') },
  }
}

function systemOf(path: string, { ways, machine, tag }: State) {
  return {
    '@odata.id': path,
    '@odata.etag': `"${tag}"`,
    '@odata.type': '#ComputerSystem.v1_13_0.ComputerSystem',
    Id: '1',
    Name: 'node',
    SystemType: 'Physical',
    Manufacturer: ways.manufacturer ?? 'Contoso',
    Links: { ManagedBy: [link('Managers/1')] },
    ...linkOf(path, path, ways.drives ?? {}),
    PowerState: machine.power,
    Status: { State: 'Enabled', Health: 'OK' },
    Boot: {
      ...machine.boot,
      'BootSourceOverrideTarget@Redfish.AllowableValues': [
        ...['None', 'Pxe', 'Cd', 'UsbCd', 'Hdd', 'UefiHttp'],
      ],
    },
    Actions: {
      '#ComputerSystem.Reset': {
        target: `${path}/Actions/ComputerSystem.Reset`,
        'ResetType@Redfish.AllowableValues': ways.resets ?? allResets,
      },
    },
    ...(ways.settings && {
      '@Redfish.Settings': { SettingsObject: { '@odata.id': `${path}/SD` } },
    }),
  }
}

function link(path: string) {
  return { '@odata.id': `${root}/${path}` }
}

/** As DSP0266 section 8.6 has it. */
function refusal(text: string, id = 'Base.1.0.GeneralError', ...args: string[]) {
  const info = {
    '@odata.type': '#Message.v1_0_0.Message',
    MessageId: id,
    Message: text,
    MessageArgs: args,
  }
  return {
    error: { code: 'Base.1.0.GeneralError', message: 'see more', '@Message.ExtendedInfo': [info] },
  }
}
