import { useEffect, useState } from 'preact/hooks'
import type { ImageList, ImageRow } from '../../api/images.ts'
import { amount, countOf } from '../../base/amount.ts'
import { useTools } from '../daemon/context.ts'
import { html, part } from '../parts/html.ts'
import { withCode } from '../parts/inline-code.ts'
import { ListView } from './list-view.ts'

/** What lies in the assets and can be booted. */
export function ImagesView() {
  const { api } = useTools()
  const [images, setImages] = useState<readonly ImageRow[] | undefined>(undefined)
  const [error, setError] = useState<Error | undefined>(undefined)
  useEffect(() => {
    api.find<ImageList>('/images').then(told => setImages(told?.images ?? []), setError)
  }, [api])
  return part(
    ListView,
    {
      title: 'Images',
      count: images?.length,
      error,
      about: 'Kernels and what they boot, as they lie in the assets of this daemon.',
      none: 'No images are listed here. `bootwright check` says which files the profiles miss.',
    },
    html`
    <ul class="cards">${images?.map(image => part(ImageItem, { key: image.name, image }))}</ul>
  `,
  )
}

function ImageItem({
  image: { name, form, bytes, kernel, files, init, script, problem, profiles },
}: {
  image: ImageRow
}) {
  return html`<li class="panel">
    <div class="panel-head"><h2>${name}</h2><span class="muted">${form}, ${amount(bytes)}</span></div>
    ${problem !== null && html`<p class="error">${withCode(problem)}</p>`}
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
