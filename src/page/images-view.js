/** @import { ImageRow } from './types.ts' */
import { useEffect, useState } from 'preact/hooks'
import { useTools } from './context.js'
import { html } from './html.js'
import { ListView } from './list-view.js'
import { amount, countOf } from './words.js'

/** What lies in the assets and can be booted. */
export function ImagesView() {
  const { api } = useTools()
  const [images, setImages] = useState(/** @type {readonly ImageRow[] | undefined} */ (undefined))
  const [error, setError] = useState(/** @type {Error | undefined} */ (undefined))
  useEffect(() => {
    api.find('/images').then(told => setImages(told?.images ?? []), setError)
  }, [api])
  return html`<${ListView}
    title="Images" count=${images?.length} error=${error}
    about="Kernels and what they boot, as they lie in the assets of this daemon."
    none="No images are listed here. bootwright check says which files the profiles miss."
  >
    <ul class="cards">${images?.map(image => html`<${Image} key=${image.name} image=${image} />`)}</ul>
  <//>`
}

/** @param {{ image: ImageRow }} props */
function Image({ image: { name, form, bytes, kernel, files, init, script, problem, profiles } }) {
  return html`<li class="panel">
    <div class="panel-head"><h2>${name}</h2><span class="muted">${form}, ${amount(bytes)}</span></div>
    ${problem !== null && html`<p class="error">${problem}</p>`}
    <p>${kernel.name}${kernel.version !== null && html` <span class="muted">${kernel.version}</span>`}</p>
    ${init !== null && html`<p class="mono muted breaks">${init}</p>`}
    ${script !== null && html`<p class="mono muted breaks">${script}</p>`}
    ${profiles.length > 0 && html`<p>Booted by ${profiles.join(', ')}</p>`}
    <details>
      <summary>${countOf(files.length, 'file')}</summary>
      <dl class="facts">
        ${files.map(
          ({ name, bytes, sha256 }) => html`<div key=${name}>
            <dt>${name}</dt><dd>${amount(bytes)}${sha256 !== null && html` <code class="breaks">${sha256}</code>`}</dd>
          </div>`,
        )}
      </dl>
    </details>
  </li>`
}
