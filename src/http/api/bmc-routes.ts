import type { FastifyInstance } from 'fastify'
import type {
  CertificateResult,
  CertificatesAnswer,
  TrustAnswer,
  TrustBody,
} from '../../api/bmc.ts'
import type { ChoiceQuery } from '../../api/installs.ts'
import { routes } from '../../api/routes.ts'
import type { Host } from '../../boot/host.ts'
import type { Reason } from '../../boot/reason.ts'
import { sentenceOf } from '../../boot/words/reason.ts'
import { Refusal } from '../problem.ts'
import { type ChoiceDeps, chosenHosts } from './choose.ts'
import { listOf } from './filters.ts'
import { type Actor, actorOf } from './guard.ts'
import { reasonFields } from './reason-fields.ts'

export interface BmcRouteDeps extends ChoiceDeps {
  /** The certificate that the BMC of a host shows now, and the one that is kept. */
  certificates(host: Host): Promise<
    | {
        readonly ok: true
        readonly address: string
        readonly kept?: string
        readonly shown: {
          readonly fingerprint: string
          readonly subject: string
          readonly until: string
        }
      }
    | { readonly ok: false; readonly why: Reason }
  >
  /** Keeps a certificate for the BMC of a host; why not, if not. */
  trust(host: Host, fingerprint: string): Reason | undefined
  did(
    actor: Actor,
    act: { readonly action: 'bmc'; readonly text: string; readonly hosts: readonly string[] },
  ): void
  committed(): Promise<void>
}

/** `GET /bmc/certificates` looks, `POST /bmc/trust` keeps one. */
export function bmcRoutes(app: FastifyInstance, deps: BmcRouteDeps): void {
  app.get<{ Querystring: ChoiceQuery }>(
    '/bmc/certificates',
    { schema: routes.bmcCertificates },
    async ({ query }): Promise<CertificatesAnswer> => {
      const choice = { hosts: listOf(query.host), where: listOf(query.where) }
      const hosts = chosenHosts(choice, deps, 'query')
      return { results: await Promise.all(hosts.map(host => resultOf(host, deps))) }
    },
  )

  app.post<{ Body: TrustBody }>(
    '/bmc/trust',
    { schema: routes.bmcTrust },
    async (request): Promise<TrustAnswer> => {
      const { host: name, fingerprint: kept } = request.body
      const host = deps.hosts().get(name)
      if (!host) throw new Refusal(404, `no host is called ${name}`, 'body.host')
      const why = deps.trust(host, kept)
      if (why) throw new Refusal(409, sentenceOf(why), 'body.host')
      const text = `trusts the BMC of ${name} with the certificate ${kept}`
      deps.did(actorOf(request), { action: 'bmc', text, hosts: [name] })
      await deps.committed()
      return { host: name, kept }
    },
  )
}

const unknown = { address: null, kept: null, shown: null, subject: null, until: null }

async function resultOf(host: Host, deps: BmcRouteDeps): Promise<CertificateResult> {
  const found = await deps.certificates(host)
  if (!found.ok) return { host: host.name, ...unknown, ok: false, ...reasonFields(found.why) }
  const { address, kept = null, shown } = found
  const { fingerprint, subject, until } = shown
  const its = { address, kept, shown: fingerprint, subject, until }
  return { host: host.name, ok: true, ...its, reason: null }
}
