import type { CertificateResult, CertificatesAnswer, TrustAnswer } from '../api/bmc.ts'
import { countOf } from '../base/amount.ts'
import { printable } from '../base/printable.ts'
import { readChoice } from './choose.ts'
import { type Call, runApiCommand, writeJson } from './command.ts'
import { askYes } from './confirm.ts'
import { exit, Failure, type Io } from './io.ts'
import { bmcSpec } from './power-specs.ts'

/** `bootwright bmc trust HOST...`. */
export function run(argv: string[], io: Io): Promise<number> {
  return runApiCommand(bmcSpec, argv, io, async call => {
    const [verb, ...words] = call.words
    if (verb !== 'trust') throw new Failure(`it is trust, not "${verb}"`, exit.usage)
    const { hosts: host, where = [] } = readChoice(words, call.values.list('where'))
    const path = '/api/v1/bmc/certificates'
    const { results } = await call.api.get<CertificatesAnswer>(path, { host, where })
    if (results.length === 0) throw new Failure('no host matches', exit.no)
    for (const result of results) tell(result, call)
    const news = results.filter(isNew)
    if (news.length > 0) await confirmTrust(news.length, call)
    for (const { host, shown: fingerprint } of news) {
      await call.api.post<TrustAnswer>('/api/v1/bmc/trust', { host, fingerprint })
      call.io.stderr.write(`${printable(host)}: its BMC is trusted with this certificate\n`)
    }
    if (call.values.has('json')) writeJson(io, { results })
    return results.every(({ ok }) => ok) ? exit.done : exit.no
  })
}

function isNew({ ok, kept, shown }: CertificateResult): boolean {
  return ok && kept !== shown
}

async function confirmTrust(count: number, { io, values }: Call): Promise<void> {
  if (values.has('yes')) return
  const whom = count === 1 ? 'this BMC' : `these ${countOf(count, 'BMC')}`
  const question = `Trust ${whom} with the certificate shown now?`
  const asked = await askYes(io, question)
  if (asked === 'nobody') throw new Failure(`say --yes to trust ${whom}`, exit.usage)
  if (asked === 'no') throw new Failure('nothing was changed', exit.no)
}

/** What is kept and what is shown, in full: it is to be compared with what the BMC itself says. */
function tell(result: CertificateResult, { io, values }: Call): void {
  if (values.has('json')) return
  const { host, ok, address, kept, shown, subject, until, reason } = result
  const name = printable(host)
  if (!ok) {
    io.stderr.write(`${name}: ${printable(reason ?? 'no reason')}\n`)
    return
  }
  const isSame = kept === shown
  io.stdout.write(`${name} (${printable(address ?? '')})\n`)
  if (!isSame) io.stdout.write(`  kept   ${kept === null ? 'nothing yet' : printable(kept)}\n`)
  io.stdout.write(`  shown  ${printable(shown ?? '')}${isSame ? ', as is kept' : ''}\n`)
  io.stdout.write(`         ${printable(subject ?? '')}, until ${printable(until ?? '')}\n`)
}
