import { useEffect, useState } from 'preact/hooks'
import type { Preview as Told } from '../../api/hosts.ts'
import { useTools } from '../daemon/context.ts'
import { CopyButton } from '../parts/copy-button.ts'
import { html, part } from '../parts/html.ts'
import { withCode } from '../parts/inline-code.ts'

/** The exact script and answer files that the machine would get; looking counts nothing. */
export function PreviewPanel({ name, version }: { name: string; version: number }) {
  const { api } = useTools()
  const [told, setTold] = useState<Told | undefined>(undefined)
  const [which, setWhich] = useState<'now' | 'ifInstalled'>('now')
  useEffect(() => {
    let wanted = true
    api.find<Told>(`/hosts/${encodeURIComponent(name)}/preview`).then(
      told => wanted && setTold(told),
      () => {},
    )
    return () => {
      wanted = false
    }
  }, [api, name, version])
  if (!told) return null
  const answer = told[which] ?? told.now
  return html`<section class="panel" aria-label="What it would be told">
    <div class="panel-head">
      <h2>What it would be told</h2>
      ${
        told.ifInstalled &&
        html`<div class="switch" role="group" aria-label="When">
        <button class="button small" aria-pressed=${which === 'now'} onClick=${() => setWhich('now')}>Now</button>
        <button class="button small" aria-pressed=${which === 'ifInstalled'} onClick=${() => setWhich('ifInstalled')}>If installed</button>
      </div>`
      }
    </div>
    <p class="muted">${withCode(answer.reason)}</p>
    ${answer.script !== null && part(Text, { title: 'Script', text: answer.script })}
    ${answer.files.map(({ name, text }) => part(Text, { key: name, title: `Answer file ${name}`, text }))}
  </section>`
}

function Text({ title, text }: { title: string; text: string }) {
  return html`<figure class="text-file">
    <figcaption>${title}${part(CopyButton, { text, what: title })}</figcaption>
    <pre class="plain" tabindex="0" aria-label=${title}>${text}</pre>
  </figure>`
}
