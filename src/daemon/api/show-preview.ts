import type { Preview as Shown } from '../../api/hosts.ts'
import { decide } from '../../boot/decide.ts'
import type { Host } from '../../boot/host.ts'
import { renderScript } from '../../boot/loaders/ipxe.ts'
import { maskSecrets, secretsOf } from '../../boot/mask.ts'
import { toDisk } from '../../boot/script.ts'
import type { Preview } from '../../install/preview.ts'
import type { HttpParts } from '../parts.ts'

type BootAnswer = Shown['now']

/** What a host would be sent, by the same decision as its request, with secrets masked. */
export function showPreview(host: Host, parts: HttpParts): Shown {
  const { lives, previews, world } = parts
  const [nic] = host.nics
  const network = world.networks().find(({ name }) => name === nic?.network) ?? world.networks()[0]
  const later = previews.ifInstalled(host)
  const ifInstalled = later ? shown(later, host) : null
  if (!nic) return { now: shown(previews.now(host), host), ifInstalled }
  const client = { mac: nic.mac, stage: 'script', arch: 'unknown', capable: true } as const
  const answer = decide(client, lives.known(host), world.site(network))
  if (answer.kind === 'none') {
    return { now: { kind: 'none', reason: answer.reason, script: null, files: [] }, ifInstalled }
  }
  const now =
    answer.kind === 'local' ? { kind: 'local' as const, reason: answer.reason } : previews.now(host)
  return { now: shown(now, host), ifInstalled }
}

function shown(preview: Preview, host: Host): BootAnswer {
  const secrets = secretsOf({ ...host.profile?.vars, ...host.vars })
  const mask = (text: string) => maskSecrets(text, secrets)
  if (preview.kind === 'local') {
    const { kind, reason } = preview
    return { kind, reason: mask(reason), script: mask(renderScript(toDisk(reason))), files: [] }
  }
  const { title, image, files } = preview.content
  return {
    kind: 'boot',
    reason: title,
    script: mask(renderScript({ kind: 'boot', title, image })),
    files: Object.entries(files).map(([name, text]) => ({ name, text: mask(text) })),
  }
}
