import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Durations, Tally } from './counts.ts'

/** One value and its labels. */
export interface Reading {
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}

/** Gauges of prom-client that are called like counters: promtool complains about them. */
const misnamed = ['handles', 'requests', 'resources'].map(what => `nodejs_active_${what}_total`)

/** What Prometheus is told, from plain counts that are read when it asks. */
export function createExposition() {
  const registry = new Registry()
  // Process, memory, garbage collection and the delay of the event loop.
  collectDefaultMetrics({ register: registry })
  for (const name of misnamed) registry.removeSingleMetric(name)

  return {
    contentType: registry.contentType,
    text: (): Promise<string> => registry.metrics(),

    gauge(name: string, help: string, labelNames: readonly string[], read: () => Reading[]): void {
      new Gauge({
        ...{ name, help, labelNames, registers: [registry] },
        collect() {
          this.reset()
          for (const { labels = {}, value } of read()) this.set(labels, value)
        },
      })
    },

    counter(name: string, help: string, labelNames: readonly string[], tally: Tally): void {
      new Counter({
        ...{ name, help, labelNames, registers: [registry] },
        collect() {
          this.reset()
          for (const { values, count } of tally.entries()) {
            this.inc(
              Object.fromEntries(labelNames.map((label, i) => [label, values[i] ?? ''])),
              count,
            )
          }
        },
      })
    },

    histogram(name: string, help: string, durations: Durations): void {
      new KeptHistogram(name, help, registry, durations)
    },
  }
}

export type Exposition = ReturnType<typeof createExposition>

/** A histogram whose counts are kept elsewhere: prom-client's own costs too much for every packet. */
class KeptHistogram extends Histogram {
  readonly #durations: Durations
  readonly #about: { readonly name: string; readonly help: string }

  constructor(name: string, help: string, registry: Registry, durations: Durations) {
    super({ name, help, buckets: [...durations.bounds], registers: [registry] })
    this.#durations = durations
    this.#about = { name, help }
  }

  /** What the registry asks, before `get` where a metric has it. */
  async getForPromString() {
    const { name, help } = this.#about
    const { atMost, count, sum } = this.#durations.read()
    const buckets = this.#durations.bounds.map((le, i) => ({
      metricName: `${name}_bucket`,
      labels: { le: String(le) },
      value: atMost[i] ?? 0,
    }))
    const values = [
      ...buckets,
      { metricName: `${name}_bucket`, labels: { le: '+Inf' }, value: count },
      { metricName: `${name}_sum`, labels: {}, value: sum },
      { metricName: `${name}_count`, labels: {}, value: count },
    ]
    return { name, help, type: 'histogram', aggregator: 'sum', values }
  }
}
