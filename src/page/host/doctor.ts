import { useEffect, useState } from 'preact/hooks'
import type { DoctorAnswer } from '../../api/doctor.ts'
import { useTools } from '../daemon/context.ts'
import { html } from '../parts/html.ts'
import { withCode } from '../parts/inline-code.ts'

/** Silence is a sign too, and no event tells of it. */
const everyMs = 10_000

/** What is wrong with a host in plain words, where the daemon can tell; else nothing. */
export function Doctor({ name, version }: { name: string; version: number }) {
  const { api } = useTools()
  const path = `/hosts/${encodeURIComponent(name)}`
  const [verdicts, setVerdicts] = useState<DoctorAnswer['verdicts']>([])
  useEffect(() => {
    let wanted = true
    const ask = () =>
      api.find<DoctorAnswer>(`${path}/doctor`).then(
        told => wanted && setVerdicts(told?.verdicts ?? []),
        () => {},
      )
    void ask()
    const timer = setInterval(ask, everyMs)
    return () => {
      wanted = false
      clearInterval(timer)
    }
  }, [api, path, version])
  if (verdicts.length === 0) return null
  return html`<section class="doctor" aria-label="What is wrong">
    ${verdicts.map(
      ({ id, title, evidence, advice }) => html`<div class="verdict" key=${id}>
        <h2>${withCode(title)}</h2>
        <ul>${evidence.map(line => html`<li key=${line}>${withCode(line)}</li>`)}</ul>
        <p class="advice">${withCode(advice)}</p>
      </div>`,
    )}
  </section>`
}
