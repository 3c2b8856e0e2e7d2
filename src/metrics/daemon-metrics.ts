import type { Counters } from './counters.ts'
import { createExposition, type Exposition, type Reading } from './exposition.ts'

/** What is looked at when Prometheus asks, and not counted. */
export interface Gauges {
  readonly version: string
  unready(): readonly string[]
  /** Sentences of networks that give no addresses because of other DHCP servers. */
  held(): readonly unknown[]
  /** The last reload of the config was refused. */
  reloadRefused(): boolean
  networks(): readonly {
    readonly name: string
    readonly leases: { readonly used: number; readonly free: number }
    readonly rivals: readonly string[]
  }[]
  /** How many hosts are in each state. */
  hosts(): ReadonlyMap<string, number>
  /** How many callbacks are in each state. */
  callbacks(): ReadonlyMap<string, number>
  strangers(): number
}

/** The text of `/metrics` and its type. */
export interface Metrics {
  readonly contentType: string
  text(): Promise<string>
}

/** All that Prometheus can ask of the daemon. */
export function createMetrics(counters: Counters, gauges: Gauges): Metrics {
  const exposition = createExposition()
  exposeGauges(exposition, gauges)
  exposeCounters(exposition, counters)
  return exposition
}

function exposeGauges({ gauge }: Exposition, gauges: Gauges): void {
  const one = (value: number): Reading[] => [{ value }]
  const byState = (counts: ReadonlyMap<string, number>): Reading[] =>
    [...counts].map(([state, value]) => ({ labels: { state }, value }))

  gauge('bootwright_build_info', 'Always 1; what runs here.', ['version', 'node'], () => [
    { labels: { version: gauges.version, node: process.versions.node }, value: 1 },
  ])
  gauge('bootwright_ready', '1 when every door is open and what is learnt is kept.', [], () =>
    one(gauges.unready().length === 0 ? 1 : 0),
  )
  const loaded = '0 since a reload of the config was refused, until one is good.'
  gauge('bootwright_config_last_reload_successful', loaded, [], () =>
    one(gauges.reloadRefused() ? 0 : 1),
  )
  const held = 'Networks that give no addresses because another DHCP server answers there.'
  gauge('bootwright_networks_held', held, [], () => one(gauges.held().length))
  gauge('bootwright_rivals', 'Other DHCP servers that answer in a network.', ['network'], () =>
    gauges.networks().map(({ name, rivals }) => ({
      labels: { network: name },
      value: rivals.length,
    })),
  )
  gauge('bootwright_leases', 'Addresses of a range.', ['network', 'state'], () =>
    gauges.networks().flatMap(({ name: network, leases }) => [
      { labels: { network, state: 'used' }, value: leases.used },
      { labels: { network, state: 'free' }, value: leases.free },
    ]),
  )
  gauge('bootwright_hosts', 'Hosts of the config by state.', ['state'], () =>
    byState(gauges.hosts()),
  )
  gauge('bootwright_callbacks', 'Callbacks that are remembered, by state.', ['state'], () =>
    byState(gauges.callbacks()),
  )
  gauge('bootwright_strangers', 'Machines that asked and are not in the config.', [], () =>
    one(gauges.strangers()),
  )
}

function exposeCounters({ counter, histogram }: Exposition, counters: Counters): void {
  const { dhcp, tftp, tftpBytes, http, httpBytes, httpDownloads } = counters
  const dhcpHelp = 'DHCP packets by network, message and what they were answered.'
  counter('bootwright_dhcp_messages_total', dhcpHelp, ['network', 'type', 'answer'], dhcp)
  const replyHelp = 'From a DHCP packet to its reply, the lease being on disk.'
  histogram('bootwright_dhcp_reply_seconds', replyHelp, counters.dhcpReply)
  counter('bootwright_tftp_transfers_total', 'TFTP requests by their end.', ['result'], tftp)
  counter('bootwright_tftp_sent_bytes_total', 'Bytes that arrived by TFTP.', [], tftpBytes)
  histogram('bootwright_tftp_transfer_seconds', 'Whole TFTP transfers.', counters.tftpTransfer)
  counter('bootwright_http_requests_total', 'HTTP requests.', ['route', 'code'], http)
  histogram('bootwright_http_request_seconds', 'HTTP answers but for files.', counters.httpRequest)
  counter('bootwright_http_sent_bytes_total', 'Bytes of files sent by HTTP.', [], httpBytes)
  counter('bootwright_http_downloads_total', 'Files by how it ended.', ['result'], httpDownloads)
  const phoneHelp = 'Phone homes by event and answer.'
  counter('bootwright_phone_homes_total', phoneHelp, ['event', 'code'], counters.phoneHome)
  counter('bootwright_installs_total', 'Installs by outcome.', ['outcome'], counters.installs)
  const timeHelp = 'From the wish to the end of what was installed.'
  histogram('bootwright_install_seconds', timeHelp, counters.installTime)
  const triesHelp = 'Callbacks made, by how the try ended.'
  counter('bootwright_callback_tries_total', triesHelp, ['result'], counters.callbacks)
  counter('bootwright_syslog_messages_total', 'Syslog messages.', ['result'], counters.syslog)
}
