/** @import { Verdict } from './types.ts' */
import { useEffect, useState } from 'preact/hooks'
import { useTools } from './context.js'
import { html } from './html.js'
import { Packets } from './packets.js'

/**
 * What is wrong with a host in plain words, and its packets to look at; nothing where the daemon cannot tell.
 * @param {{ name: string, version: number }} props
 */
export function Doctor({ name, version }) {
  const { api } = useTools()
  const path = `/hosts/${encodeURIComponent(name)}`
  const [verdicts, setVerdicts] = useState(
    /** @type {readonly Verdict[] | undefined} */ (undefined),
  )
  useEffect(() => {
    let wanted = true
    api.find(`${path}/doctor`).then(
      told => wanted && setVerdicts(told?.verdicts),
      () => {},
    )
    return () => {
      wanted = false
    }
  }, [api, path, version])
  if (verdicts === undefined) return null
  return html`<section class="doctor" aria-label="What is wrong">
    ${verdicts.map(
      ({ id, title, evidence, advice }) => html`<div class="verdict" key=${id}>
        <h2>${title}</h2>
        <ul>${evidence.map(line => html`<li key=${line}>${line}</li>`)}</ul>
        <p class="advice">${advice}</p>
      </div>`,
    )}
    <${Packets} path=${path} name=${name} />
  </section>`
}
