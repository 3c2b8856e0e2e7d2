/** @import { Verdict } from './types.ts' */
import { useEffect, useState } from 'preact/hooks'
import { useTools } from './context.js'
import { html } from './html.js'

/** Silence is a sign too, and no event tells of it. */
const everyMs = 10_000

/**
 * What is wrong with a host in plain words, where the daemon can tell; else nothing.
 * @param {{ name: string, version: number }} props
 */
export function Doctor({ name, version }) {
  const { api } = useTools()
  const path = `/hosts/${encodeURIComponent(name)}`
  const [verdicts, setVerdicts] = useState(/** @type {readonly Verdict[]} */ ([]))
  useEffect(() => {
    let wanted = true
    const ask = () =>
      api.find(`${path}/doctor`).then(
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
        <h2>${title}</h2>
        <ul>${evidence.map(line => html`<li key=${line}>${line}</li>`)}</ul>
        <p class="advice">${advice}</p>
      </div>`,
    )}
  </section>`
}
