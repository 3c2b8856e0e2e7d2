import { setTimeout as sleep } from 'node:timers/promises'
import { bootDiscover, requestOf } from '../../src/explain/boot-discover.ts'
import { macOf } from '../macs.ts'
import { ask, openDhcp } from '../storm-wires.ts'
import { paced } from './aim.ts'

/** Milliseconds; what never came counts as lost. */
export interface Delays {
  readonly p50: number
  readonly p99: number
  readonly max: number
  readonly lost: number
}

export interface Innocents {
  readonly dhcp: Delays
  readonly http: Delays
}

/**
 * Machines and a monitor that mean no harm, in a namespace of theirs.
 *
 *   node innocents.ts SERVER SECONDS
 */
const [server = '', seconds = '1'] = process.argv.slice(2)
const perSecond = 25
/** As many machines take turns, each with a lease of its own. */
const machines = 50
const patience = 1000

async function play(): Promise<Innocents> {
  const again = { dhcp: 0, tftp: 0 }
  const wire = await openDhcp(again)
  const dhcp = delays(async n => {
    const mac = macOf(7, n % machines)
    const discover = { ...bootDiscover({ mac, stage: 'ipxe', arch: 'bios', type: 0 }), xid: 2 * n }
    const offer = await wire.ask(discover, patience)
    await wire.ask({ ...requestOf(discover, offer), xid: 2 * n + 1 }, patience)
  })
  const http = delays(async () => {
    const [status] = await ask(`http://${server}:8080/healthz`, '10.99.0.10')
    if (status !== 200) throw new Error(`${status}`)
  })
  await paced(perSecond, Number(seconds), n => {
    dhcp.begin(n)
    http.begin(n)
  })
  const answer = { dhcp: await dhcp.end(), http: await http.end() }
  wire.close()
  return answer
}

/** Begins something again and again and tells how long each took. */
function delays(work: (n: number) => Promise<void>) {
  const took: number[] = []
  const running: Promise<void>[] = []
  let lost = 0
  return {
    begin(n: number): void {
      const began = performance.now()
      const ended = work(n).then(
        () => void took.push(performance.now() - began),
        () => {
          lost++
        },
      )
      running.push(ended)
    },
    async end(): Promise<Delays> {
      // What has not come by then is lost too.
      await Promise.race([Promise.all(running), sleep(8000)])
      took.sort((a, b) => a - b)
      const at = (share: number) => took[Math.ceil(took.length * share) - 1] ?? Number.NaN
      const missing = running.length - took.length
      return { p50: at(0.5), p99: at(0.99), max: at(1), lost: Math.max(lost, missing) }
    },
  }
}

// Its types are the table's too.
if (import.meta.main) {
  process.stdout.write(JSON.stringify(await play()))
  process.exit(0)
}
