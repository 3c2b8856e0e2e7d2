import type { Preview } from '../../api/hosts.ts'
import { archs } from '../../boot/arch.ts'
import type { Delivered } from '../../boot/deliver.ts'
import type { Host } from '../../boot/host.ts'
import { isRunning } from '../../boot/life.ts'
import { type OwnLoader, ownLoader } from '../../boot/loaders/own.ts'
import { maskSecrets, secretsOf } from '../../boot/mask.ts'
import type { HttpParts } from '../parts.ts'

type PreviewAnswer = Preview['now']

/** What a host would be sent, by the same answer as its request, with secrets masked. */
export function showPreview(host: Host, { answers, lives, timeline, world }: HttpParts): Preview {
  const [nic] = host.nics
  const site = world.site(answers.networkOf(host))
  const known = lives.known(host)
  const heard = timeline.clients.of(host.name)?.arch
  const arch = host.arch ?? archs.find(known => known === heard) ?? 'bios'
  const loader = nic && ownLoader({ mac: nic.mac, arch }, known.settings ?? {}, site)
  const seen = loader && answers.preview(host, loader.kind)
  if (!seen) {
    const reason = `${host.name} has no network card`
    return { now: { kind: 'none', reason, script: null, files: [] }, ifInstalled: null }
  }
  const asks = !isRunning(lives.lifeOf(host.name)) && host.profile?.boot !== 'always'
  return {
    now: shown(seen.now, host, loader),
    ifInstalled: asks ? shown(seen.ifInstalled, host, loader) : null,
  }
}

function shown(told: Delivered, host: Host, { kind, transport }: OwnLoader): PreviewAnswer {
  const secrets = secretsOf({ ...host.profile?.vars, ...host.vars })
  const mask = (text: string) => maskSecrets(text, secrets)
  const answer = { kind: told.kind, reason: mask(told.reason), code: told.why.code }
  if (!('content' in told)) return { ...answer, script: null, files: [] }
  const files = told.kind === 'boot' ? told.with.files : {}
  return {
    ...answer,
    script: mask(kind.render(told.content, transport)),
    files: Object.entries(files).map(([name, text]) => ({ name, text: mask(text) })),
  }
}
