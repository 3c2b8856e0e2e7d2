import Type from 'typebox'
import * as admin from './admin.ts'
import * as adopt from './adopt.ts'
import * as callbacks from './callbacks.ts'
import * as daemon from './daemon.ts'
import { doctorAnswer } from './doctor.ts'
import { recordRoutes } from './erasures.ts'
import * as events from './events.ts'
import * as hosts from './hosts.ts'
import { imageRoutes } from './image-routes.ts'
import * as installs from './installs.ts'
import { machineRoutes } from './machine-routes.ts'
import * as networks from './networks.ts'
import { type OtherResponse, refusals } from './refusals.ts'
import { nameParam, nothing, type RouteSchema } from './route-schema.ts'
import { closed, text } from './values.ts'

const capture: OtherResponse = {
  description: 'A capture file.',
  content: { 'application/vnd.tcpdump.pcap': { schema: Type.String({ format: 'binary' }) } },
}
const eventAnswer: OtherResponse = {
  description: 'A list, or a stream for who accepts text/event-stream.',
  content: {
    'application/json': { schema: events.eventList },
    'text/event-stream': { schema: Type.String() },
  },
}
/** Each is called by its name in programs that are made from the document. */
function named<T extends Record<string, RouteSchema>>(all: T) {
  const entries = Object.entries(all).map(([operationId, route]) => [
    operationId,
    { ...route, operationId },
  ])
  return Object.fromEntries(entries) as { [K in keyof T]: T[K] & { operationId: string } }
}

/** Every request of `/api/v1`: what it takes and says. The document and the checks are made of this. */
export const routes = named({
  hosts: {
    tags: ['hosts'],
    summary: 'The hosts of the config',
    querystring: hosts.hostsQuery,
    response: { 200: hosts.hostList, ...refusals },
  },
  names: {
    tags: ['hosts'],
    summary: 'The names that the config gives',
    response: { 200: hosts.names, ...refusals },
  },
  host: {
    tags: ['hosts'],
    summary: 'One host: its state, installs, callbacks and latest events',
    description: 'The name may also be a MAC in any common spelling.',
    params: nameParam,
    response: { 200: hosts.hostDetail, ...refusals },
  },
  adopt: {
    tags: ['hosts'],
    summary: 'Make machines hosts',
    description:
      'Needs the scope admin. Writes them into hosts.d of the data folder, all or none, and reloads; answers when they are hosts.',
    body: adopt.adoptBody,
    response: { 200: adopt.adoptAnswer, ...refusals },
  },
  forget: {
    tags: ['hosts'],
    summary: 'Take back what adopt wrote',
    description: 'Needs the scope admin. A host of the config file is not forgotten: 409.',
    params: nameParam,
    response: { 200: adopt.adoptAnswer, ...refusals },
  },
  preview: {
    tags: ['hosts'],
    summary: 'The script and answer files it would get now',
    params: nameParam,
    response: { 200: hosts.preview, ...refusals },
  },
  doctor: {
    tags: ['hosts'],
    summary: 'Why it does not boot',
    params: nameParam,
    response: { 200: doctorAnswer, ...refusals },
  },
  hostPackets: {
    tags: ['hosts'],
    summary: 'Its last packets',
    params: nameParam,
    response: { 200: capture, ...refusals },
  },
  strangerPackets: {
    tags: ['network'],
    summary: 'The last packets of a machine that is not in the config',
    params: closed({ mac: text('In any common spelling.') }),
    response: { 200: capture, ...refusals },
  },
  ...imageRoutes,
  install: {
    tags: ['installs'],
    summary: 'Ask for installs',
    description: 'Needs the scope admin. Either all are on disk when it answers, or none.',
    headers: installs.idempotencyHeaders,
    body: installs.askBody,
    response: { 200: installs.askAnswer, ...refusals },
  },
  cancel: {
    tags: ['installs'],
    summary: 'Take installs back',
    description: 'Needs the scope admin. One that is not under way is said and left alone.',
    headers: installs.idempotencyHeaders,
    body: installs.cancelBody,
    response: { 200: installs.cancelAnswer, ...refusals },
  },
  ...recordRoutes,
  ...machineRoutes,
  events: {
    tags: ['events'],
    summary: 'Timelines: a list, or a stream',
    description:
      'With `Accept: text/event-stream` a stream of server-sent events that begins after `after` or `Last-Event-ID` and goes on. Each message has the id of its event.',
    querystring: events.eventsQuery,
    response: { 200: eventAnswer, ...refusals },
  },
  leases: {
    tags: ['network'],
    summary: 'DHCP leases',
    querystring: networks.leasesQuery,
    response: { 200: networks.leaseList, ...refusals },
  },
  strangers: {
    tags: ['network'],
    summary: 'Machines that asked and are not in the config',
    querystring: networks.strangersQuery,
    response: { 200: networks.strangerList, ...refusals },
  },
  profiles: {
    tags: ['hosts'],
    summary: 'The profiles of the config that can be booted',
    response: { 200: networks.profileList, ...refusals },
  },
  status: {
    tags: ['network'],
    summary: 'The daemon at a glance',
    response: { 200: networks.status, ...refusals },
  },
  callbacks: {
    tags: ['callbacks'],
    summary: 'Callbacks that wait, run or were given up',
    querystring: callbacks.callbacksQuery,
    response: { 200: callbacks.callbackList, ...refusals },
  },
  retry: {
    tags: ['callbacks'],
    summary: 'Try a callback again now',
    description: 'Needs the scope admin. What installs is never repeated: 409.',
    params: callbacks.callbackParams,
    response: { 200: callbacks.retryAnswer, ...refusals },
  },
  reload: {
    tags: ['admin'],
    summary: 'Read the config again',
    description:
      'Needs the scope admin. Answers when the new config is served; 409 with a line for each mistake, and then nothing has changed.',
    response: { 200: daemon.reloadAnswer, ...refusals },
  },
  daemons: {
    tags: ['admin'],
    summary: 'The daemons that share what is remembered',
    description: 'One alone where that is a file. Times are those of the database.',
    response: { 200: daemon.daemonList, ...refusals },
  },
  draining: {
    tags: ['admin'],
    summary: 'What would end with the daemon',
    response: { 200: daemon.drainAnswer, ...refusals },
  },
  drain: {
    tags: ['admin'],
    summary: 'Start no new deploys, before the daemon is stopped',
    description: 'Needs the scope admin. Ends with `end`, or with the daemon.',
    body: daemon.drainBody,
    response: { 200: daemon.drainAnswer, ...refusals },
  },
  adminLog: {
    tags: ['admin'],
    summary: 'Who did what and when',
    querystring: admin.adminLogQuery,
    response: { 200: admin.adminLogList, ...refusals },
  },
  login: {
    tags: ['admin'],
    summary: 'Log in with a token: sets a session cookie',
    body: admin.loginBody,
    security: [],
    response: { 200: admin.session, ...refusals },
  },
  whoami: {
    tags: ['admin'],
    summary: 'Who asks, and with which scope',
    response: { 200: admin.session, ...refusals },
  },
  logout: {
    tags: ['admin'],
    summary: 'End the session of the cookie',
    security: [{ cookie: [] }],
    response: { 204: nothing, ...refusals },
  },
})
