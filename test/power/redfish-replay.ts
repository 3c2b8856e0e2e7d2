import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { certificate, listen, makePasswords, type Owner } from './redfish-service.ts'
import { errorOf, type Shape } from './redfish-shapes.ts'

/** A BMC that answers as one of a maker does. */
export interface Replay {
  readonly port: number
  readonly folder: string
  /** What became of the resources: their Boot. */
  readonly boots: ReadonlyMap<string, Record<string, unknown>>
  readonly resets: string[]
  power: 'On' | 'Off'
  sessions(): number
}

interface State extends Replay {
  readonly shape: Shape
  readonly open: Set<string>
  readonly tasks: string[]
  changes: number
}

const root = '/redfish/v1'
const sessions = `${root}/SessionService/Sessions`
const job = `${root}/TaskService/Tasks/JID_1`

export async function replay(t: Owner, shape: Shape): Promise<Replay> {
  const folder = makePasswords(t)
  const boots = new Map([[shape.system, { ...shape.boot }]])
  if (shape.settings) boots.set(shape.settings.path, { ...shape.settings.boot })
  for (const [path, { Boot }] of Object.entries(shape.more ?? {})) {
    if (Boot !== undefined) boots.set(path, { ...(Boot as object) })
  }
  const open = new Set<string>()
  const state: State = {
    ...{ shape, folder, boots, open, port: 0, resets: [], power: 'Off', tasks: [], changes: 1 },
    sessions: () => open.size,
  }
  const server = createServer(certificate(folder, 'bmc'), (request, response) =>
    answer(request, response, state),
  )
  return Object.assign(state, { port: await listen(t, server, '127.0.0.1') })
}

async function answer(request: IncomingMessage, response: ServerResponse, state: State) {
  let text = ''
  for await (const piece of request) text += piece
  const [status, json, headers] = answerTo(request, text === '' ? {} : JSON.parse(text), state)
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers })
  response.end(json && JSON.stringify(json))
}

type Answer = readonly [status: number, json?: unknown, headers?: Record<string, string>]

function answerTo(
  { method, url = '', headers }: IncomingMessage,
  body: Record<string, unknown>,
  state: State,
): Answer {
  const { shape, open } = state
  const { system, reset } = shape
  if (url === `${root}/`) return [200, rootOf()]
  if (method === 'POST' && url === sessions) {
    open.add(`${sessions}/1`)
    const location = shape.location ? { Location: shape.location(`${sessions}/1`) } : undefined
    return [201, { '@odata.id': `${sessions}/1` }, { 'X-Auth-Token': 'token', ...location }]
  }
  if (headers['x-auth-token'] !== 'token') return [401]
  if (method === 'DELETE') return [open.delete(url.replace(/\/$/, '')) ? 204 : 404]
  if (shape.slash && !url.endsWith('/')) return [308, undefined, { Location: `${url}/` }]
  if (url.replace(/\/$/, '') === `${root}/Systems`) return [200, { Members: [link(system)] }]
  if (url === job) return [200, { TaskState: state.tasks.shift() ?? 'Completed' }]
  if (method === 'PATCH') return change(url, headers['if-match'], body, state)
  if (method === 'POST' && url === reset.target) {
    const type = String(body.ResetType)
    state.resets.push(type)
    state.power = /Off|Shutdown|PushPowerButton/.test(type) ? 'Off' : 'On'
    return [204]
  }
  return read(url, state)
}

function read(url: string, state: State): Answer {
  const { shape, boots, changes, power } = state
  const tag = shape.tag ? { ETag: shape.tag(changes) } : {}
  const Boot = boots.get(url)
  if (url !== shape.system) {
    const more = shape.more?.[url]
    return Boot || more ? [200, { ...more, ...(Boot && { Boot }) }, tag] : [404]
  }
  const settings = shape.settings && {
    '@Redfish.Settings': { SettingsObject: link(shape.settings.path) },
  }
  const Actions = { '#ComputerSystem.Reset': shape.reset }
  return [200, { ...link(url), PowerState: power, Boot, Actions, ...settings }, tag]
}

function change(
  url: string,
  match: string | undefined,
  { Boot }: Record<string, unknown>,
  state: State,
): Answer {
  const { shape, boots } = state
  const is = boots.get(url)
  const boot = Boot as Record<string, unknown>
  if (!is) return [404]
  if (shape.unmatched && match !== (shape.tag?.(state.changes) ?? '*')) return shape.unmatched
  const refused = shape.refuses?.(url, boot)
  if (refused) return refused
  Object.assign(is, boot)
  state.changes += 1
  if (!shape.task) return [200, errorOf([{ MessageId: 'Base.1.8.Success' }])]
  state.tasks.push(...shape.task)
  return [202, { '@odata.id': job, TaskState: 'New' }]
}

function rootOf() {
  return { Systems: link(`${root}/Systems`), Links: { Sessions: link(sessions) } }
}

function link(path: string) {
  return { '@odata.id': path }
}
