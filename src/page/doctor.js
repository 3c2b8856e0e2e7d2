/** @import { Verdict } from './types.ts' */
import { useEffect, useState } from 'preact/hooks'
import { useTools } from './context.js'
import { html } from './html.js'

/**
 * What is wrong with a host in plain words, where the daemon can tell; else nothing.
 * @param {{ name: string, version: number }} props
 */
export function Doctor({ name, version }) {
  const { api } = useTools()
  const [verdicts, setVerdicts] = useState(/** @type {readonly Verdict[]} */ ([]))
  useEffect(() => {
    let wanted = true
    api.find(`/hosts/${encodeURIComponent(name)}/doctor`).then(
      told => wanted && setVerdicts(told?.verdicts ?? []),
      () => {},
    )
    return () => {
      wanted = false
    }
  }, [api, name, version])
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
