import { serverUrl } from '../../base/server-url.ts'
import type { Host } from '../../boot/host.ts'
import { proxyBeside, proxyNames } from '../../boot/proxy.ts'
import { formatIpv4 } from '../../wire/address.ts'
import type { CallbackContext, NetworkNames } from './context.ts'
import { namesIn } from './template.ts'

/** What a host's templates could be given. Addresses that only a running daemon knows are made up. */
export function sampleContext(host: Host, network: NetworkNames, port: number): CallbackContext {
  const url = serverUrl(network.serverAddress || '192.0.2.1', port)
  // As long as a real one: a command line may be full to its last byte.
  const token = '0'.repeat(24)
  const filesUrl = `${url}/files/${token}/`
  const [nic] = host.nics
  const address = nic?.address === undefined ? '' : formatIpv4(nic.address)
  const files = Object.keys(host.profile?.files ?? {}).map(name => [name, filesUrl + name])
  return {
    host: {
      ...{ name: host.name, mac: nic?.mac ?? '', address, address6: nic?.address6 ?? '' },
      vars: host.profile?.vars ?? {},
    },
    profile: { name: host.profile?.name ?? '' },
    network,
    server: { url },
    proxy: proxyNames(proxyBeside(url, host.profile?.proxy)),
    install: { id: '01jd0000000000000000000000' },
    attempt: { number: 1, address: address || '192.0.2.20' },
    phoneHome: `${url}/phone-home/${token}`,
    files: Object.fromEntries(files),
    filesUrl,
    event: 'installed',
    message: 'message',
    facts: {},
  }
}

/** Facts come from the machine: whichever a template asks for counts as told. */
export function withFacts(context: CallbackContext, source: string): CallbackContext {
  if (!source.includes('facts')) return context
  const facts: Record<string, unknown> = {}
  for (const { steps } of namesIn(source)) if (steps[0] === 'facts') tell(facts, steps.slice(1))
  return { ...context, facts }
}

function tell(facts: Record<string, unknown>, [step, ...below]: readonly (string | undefined)[]) {
  if (step === undefined) return
  if (below.length === 0) facts[step] ??= 'told'
  else {
    const inner = facts[step]
    const group = typeof inner === 'object' ? (inner as Record<string, unknown>) : {}
    facts[step] = group
    tell(group, below)
  }
}
