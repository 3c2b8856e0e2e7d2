import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { createCounters } from '../../src/metrics/counters.ts'
import { createMetrics, type Gauges } from '../../src/metrics/daemon-metrics.ts'

const promtool = spawnSync('promtool', ['--version'])
const skip = promtool.status === 0 ? {} : { skip: 'promtool of the package prometheus is missing' }

const gauges: Gauges = {
  version: '1.2.3',
  unready: () => ['the disk is full'],
  held: () => ['rack'],
  reloadRefused: () => true,
  networks: () => [{ name: 'rack', leases: { used: 3, free: 98 }, rivals: ['10.0.0.1'] }],
  hosts: () => new Map([['pending', 2]]),
  callbacks: () => new Map([['due', 1]]),
  strangers: () => 4,
}

/** Every counter counted once, so that all of them are told. */
function counted() {
  const counters = createCounters()
  counters.dhcp.add(['rack', 'discover', 'offer'])
  counters.dhcpReply.add(0.0004)
  counters.tftp.add(['done'])
  counters.tftpBytes.add([], 1000)
  counters.http.add(['/boot.ipxe', '200'])
  counters.httpBytes.add([], 2000)
  counters.httpDownloads.add(['sent'])
  counters.installs.add(['installed'])
  counters.installTime.add(700)
  counters.phoneHome.add(['ready', '204'])
  counters.callbacks.add(['delivered'])
  counters.syslog.add(['kept'])
  return counters
}

t.test('what Prometheus is told', async t => {
  const metrics = createMetrics(counted(), gauges)
  const text = await metrics.text()
  t.match(metrics.contentType, /^text\/plain; version=0\.0\.4/)
  const lines = [
    `bootwright_build_info{version="1.2.3",node="${process.versions.node}"} 1`,
    'bootwright_ready 0',
    'bootwright_config_last_reload_successful 0',
    'bootwright_networks_held 1',
    'bootwright_rivals{network="rack"} 1',
    'bootwright_leases{network="rack",state="used"} 3',
    'bootwright_leases{network="rack",state="free"} 98',
    'bootwright_hosts{state="pending"} 2',
    'bootwright_callbacks{state="due"} 1',
    'bootwright_strangers 4',
    'bootwright_dhcp_messages_total{network="rack",type="discover",answer="offer"} 1',
    '# TYPE bootwright_dhcp_reply_seconds histogram',
    'bootwright_dhcp_reply_seconds_bucket{le="0.00025"} 0',
    'bootwright_dhcp_reply_seconds_bucket{le="0.0005"} 1',
    'bootwright_dhcp_reply_seconds_bucket{le="+Inf"} 1',
    'bootwright_dhcp_reply_seconds_sum 0.0004',
    'bootwright_dhcp_reply_seconds_count 1',
    'bootwright_tftp_transfers_total{result="done"} 1',
    'bootwright_tftp_sent_bytes_total 1000',
    'bootwright_http_requests_total{route="/boot.ipxe",code="200"} 1',
    'bootwright_http_sent_bytes_total 2000',
    'bootwright_http_downloads_total{result="sent"} 1',
    'bootwright_installs_total{outcome="installed"} 1',
    'bootwright_install_seconds_bucket{le="600"} 0',
    'bootwright_install_seconds_bucket{le="900"} 1',
    'bootwright_phone_homes_total{event="ready",code="204"} 1',
    'bootwright_callback_tries_total{result="delivered"} 1',
    'bootwright_syslog_messages_total{result="kept"} 1',
  ]
  for (const line of lines) t.ok(text.split('\n').includes(line), line)
  t.match(text, /^nodejs_eventloop_lag_p99_seconds /m)
  t.equal(await metrics.text().then(again => again.includes('offer"} 1')), true, 'and again')
})

t.test('promtool finds nothing to say of it', skip, async t => {
  const input = await createMetrics(counted(), gauges).text()
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input })
  t.equal(`${stdout}${stderr}`, '')
  t.equal(status, 0)
})

t.test('the alert rules are right', skip, async t => {
  const file = 'config/prometheus/bootwright.rules.yaml'
  const { status, stdout } = spawnSync('promtool', ['check', 'rules', file], { encoding: 'utf8' })
  t.equal(status, 0, stdout)
  t.match(stdout, /SUCCESS: \d+ rules found/)
})

t.test('alerts fire when they should, and only then', skip, async t => {
  const file = 'test/fixtures/prometheus/alerts.test.yaml'
  const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], {
    encoding: 'utf8',
  })
  t.equal(status, 0, stdout + stderr)
})

t.test('rules and dashboard name only what is told', async t => {
  const text = await createMetrics(counted(), gauges).text()
  const told = new Set([...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name))
  for (const file of [
    'config/prometheus/bootwright.rules.yaml',
    'config/grafana/bootwright.json',
  ]) {
    const named = [...readFileSync(file, 'utf8').matchAll(/\b(?:bootwright|nodejs)_[a-z0-9_]+/g)]
    t.ok(named.length > 5, file)
    for (const [name] of named) {
      t.ok(told.has(name.replace(/_bucket$/, '')), `${file}: ${name}`)
    }
  }
  const { panels } = JSON.parse(readFileSync('config/grafana/bootwright.json', 'utf8')) as {
    panels: { title: string; targets: { expr: string }[] }[]
  }
  t.ok(panels.length > 10)
  for (const { title, targets } of panels) t.ok(targets.length > 0, title)
})
