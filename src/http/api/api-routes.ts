import compress, { type FastifyCompressOptions } from '@fastify/compress'
import cookie from '@fastify/cookie'
import type { FastifyInstance } from 'fastify'
import { createLimiter } from '../../base/per-minute.ts'
import { type Access, allowedOnly } from './access.ts'
import { type AdminLogBefore, adminLogRoutes } from './admin-log-routes.ts'
import { type AdoptDeps, adoptRoutes } from './adopt-routes.ts'
import { type BmcRouteDeps, bmcRoutes } from './bmc-routes.ts'
import { type CallbackDeps, callbackRoutes } from './callback-routes.ts'
import { type ConsoleRouteDeps, consoleRoutes } from './console-routes.ts'
import { type DaemonDeps, daemonRoutes } from './daemon-routes.ts'
import { type DoctorDeps, doctorRoutes } from './doctor-routes.ts'
import { documentRoutes, openDocument } from './document-routes.ts'
import { type ErasureDeps, erasureRoutes } from './erasure-routes.ts'
import { eventRoutes } from './event-routes.ts'
import type { EventsDeps } from './event-stream.ts'
import { type ForwardDeps, forwardFrom } from './forwarding.ts'
import { type Actor, signedIn } from './guard.ts'
import { type HostDeps, hostRoutes, rowOf, turnsOf } from './host-routes.ts'
import { type ImagesDeps, imagesRoute } from './images-route.ts'
import { type InstallRouteDeps, installRoutes } from './install-routes.ts'
import type { LiveDeps } from './live-news.ts'
import { type NetworkDeps, networkRoutes } from './network-routes.ts'
import { type PowerRouteDeps, powerRoutes } from './power-routes.ts'
import { schemaProblem } from './schema-problem.ts'
import { loginRoutes, type SessionDeps, whoamiRoute } from './session-routes.ts'
import { createSessions, type SessionStore } from './sessions.ts'

export interface ApiDeps {
  readonly access: () => Access
  readonly hosts: HostDeps
  readonly adopt: AdoptDeps
  readonly installs: InstallRouteDeps
  readonly erasures: ErasureDeps
  readonly power: PowerRouteDeps
  readonly bmc: BmcRouteDeps
  readonly consoles: ConsoleRouteDeps
  readonly networks: NetworkDeps
  readonly callbacks: CallbackDeps
  readonly doctor: DoctorDeps
  readonly images: ImagesDeps
  readonly daemon: DaemonDeps
  readonly events: EventsDeps
  /** Calls back with the name of each host of which something has changed. */
  readonly changed: LiveDeps['changed']
  readonly adminLog: AdminLogBefore
  readonly sessions: SessionStore
  /** Where several daemons share what is remembered. */
  readonly forward: ForwardDeps | undefined
  readonly loggedIn: SessionDeps['did']
  refused(actor: Actor, why: string): void
  now(): number
  committed(): Promise<void>
}

/** Of answers alone. More than this many bytes are compressed by another thread. */
const compression = {
  encodings: ['zstd', 'br', 'gzip'],
  globalDecompression: false,
  syncThreshold: 16 * 1024,
} satisfies FastifyCompressOptions

/** Wrong tokens of one address: ten at once, then one in six seconds. */
const guesses = { burst: 10, perSecond: 1 / 6 }

/** `/api/v1`: what the command line and the page use; `/api/openapi.json` and `/api/docs` describe it. */
export async function apiRoutes(app: FastifyInstance, deps: ApiDeps): Promise<void> {
  const tokens = () => deps.access().tokens
  const sessions = createSessions(deps.now, tokens, deps.sessions)
  const wrongTokens = createLimiter(guesses, deps.now)

  const guessed = (address: string) =>
    deps.loggedIn('-', address, 'refused', 'a request with a wrong token')

  app.addHook('onRequest', allowedOnly(deps.access))
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' })
  })
  app.setSchemaErrorFormatter(schemaProblem)
  // What the document says is held by a test; nothing is left out or bent on the way.
  app.setSerializerCompiler(() => data => JSON.stringify(data))
  await app.register(cookie)
  await app.register(compress, compression)
  await openDocument(app, deps.networks.version)
  documentRoutes(app)

  await app.register(
    async open => {
      const { loggedIn: did, committed } = deps
      loginRoutes(open, { sessions, wrongTokens, tokens, did, committed })
    },
    { prefix: '/v1' },
  )
  await app.register(
    async v1 => {
      v1.addHook(
        'onRequest',
        signedIn({ sessions, tokens, wrongTokens, guessed, refused: deps.refused }),
      )
      forwardFrom(v1, deps.forward)
      // Nobody is told a state that a power cut would take back. A full disk hides nothing.
      v1.addHook('onSend', async () => deps.committed().catch(() => {}))
      whoamiRoute(v1)
      hostRoutes(v1, deps.hosts)
      adoptRoutes(v1, deps.adopt)
      installRoutes(v1, deps.installs)
      machineRoutes(v1, deps)
      networkRoutes(v1, deps.networks)
      callbackRoutes(v1, deps.callbacks)
      adminLogRoutes(v1, deps.adminLog)
      imagesRoute(v1, deps.images)
      daemonRoutes(v1, deps.daemon)
      eventRoutes(v1, deps.events, {
        changed: deps.changed,
        row: (name, turns) => {
          const host = deps.hosts.hosts().get(name)
          return host && rowOf(host, deps.hosts, turns)
        },
        turns: () => turnsOf(deps.hosts.line(), deps.hosts.starting()),
        notices: deps.hosts.notices,
        hosts: deps.hosts.hosts,
      })
    },
    { prefix: '/v1' },
  )
}

/** What is asked of the machines themselves. */
function machineRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const { doctor, power, bmc, consoles, erasures } = deps
  doctorRoutes(app, doctor)
  powerRoutes(app, power)
  bmcRoutes(app, bmc)
  erasureRoutes(app, erasures)
  consoleRoutes(app, consoles)
}
