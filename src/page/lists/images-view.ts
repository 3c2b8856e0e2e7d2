import { useState } from 'preact/hooks'
import type { DiskImageRow, ImageList, ImageRow, NewsAnswer } from '../../api/images.ts'
import { amount, countOf } from '../../base/amount.ts'
import { useRead, useTools } from '../daemon/context.ts'
import { html, part } from '../parts/html.ts'
import { withCode } from '../parts/inline-code.ts'
import { DiscPanel } from './disc-panel.ts'
import { ListView } from './list-view.ts'
import { PullPanel } from './pull-panel.ts'

/** What lies in the assets and can be booted, and what can be fetched. */
export function ImagesView() {
  const { data, error, reload } = useRead<ImageList>('/images')
  return html`<div class="list-view">
    ${part(
      ListView,
      {
        title: 'Images',
        count: data?.images.length,
        error,
        about: 'Kernels and what they boot, as they lie in the assets of this daemon.',
        none: 'No images are listed here. `bootwright check` says which files the profiles miss.',
      },
      html`
      <ul class="cards">${data?.images.map(image => part(ImageItem, { key: image.name, image }))}</ul>
    `,
    )}
    ${data && data.disks.length > 0 && part(DiskList, { disks: data.disks })}
    ${data?.images.some(({ source }) => source) && part(AskButton, { changed: reload })}
    ${data && part(DiscPanel, { discs: data.discs, images: data.images, changed: reload })}
    ${data && part(PullPanel, { pulls: data.pulls, changed: reload })}
  </div>`
}

/** What is written onto disks. */
function DiskList({ disks }: { disks: readonly DiskImageRow[] }) {
  return html`<h2>Images of disks</h2>
    <ul class="cards">${disks.map(disk => part(DiskItem, { key: disk.path, disk }))}</ul>`
}

function DiskItem({
  disk: { name, bytes, unpacked, sha256, captured, problem, profiles },
}: {
  disk: DiskImageRow
}) {
  return html`<li class="panel">
    <div class="panel-head"><h3>${name}</h3><span class="muted">${amount(bytes)}</span></div>
    ${problem !== null && html`<p class="error">${withCode(problem)}</p>`}
    ${unpacked !== null && html`<p>${amount(unpacked)} on a disk</p>`}
    ${captured && html`<p>The disk of ${captured.host} on ${captured.at.slice(0, 10)}</p>`}
    ${sha256 !== null && html`<p class="mono muted breaks">${sha256}</p>`}
    <p class=${profiles.length > 0 ? '' : 'muted'}>${profiles.length > 0 ? `Written by ${profiles.join(', ')}` : 'Unused: no profile writes it'}</p>
  </li>`
}

/** Nobody is asked by itself: not every daemon has a way out. */
function AskButton({ changed }: { changed: () => void }) {
  const { api, toast, mayChange } = useTools()
  const [isAsking, setAsking] = useState(false)
  const ask = async () => {
    setAsking(true)
    try {
      const { unknown } = await api.post<NewsAnswer>('/images/news')
      toast(
        unknown.length > 0 ? unknown.join('; ') : 'Their publishers were asked.',
        unknown.length > 0,
      )
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), true)
    }
    setAsking(false)
    changed()
  }
  return html`<button
    class="button small" disabled=${!mayChange || isAsking} onClick=${ask}
    title=${mayChange ? '' : 'This token may only look.'}
  >${isAsking ? 'Asks …' : 'Ask publishers for newer'}</button>`
}

const proofs = {
  signature: 'verified by its publisher’s signature',
  sum: 'verified by a checksum of the catalogue',
  server: 'verified by nothing but its publisher’s web server',
  built: 'built here',
} as const

function PulledFrom({ source }: { source: NonNullable<ImageRow['source']> }) {
  const { version, arch, proof, at, newer, replaced, packages } = source
  return html`<p>${version} for ${arch}, ${proofs[proof]} on ${at.slice(0, 10)}</p>
    ${packages.length > 0 && html`<p class="muted">From ${packages.join(', ')}</p>`}
    ${newer !== null && html`<p><strong>The catalogue has ${newer}.</strong></p>`}
    ${replaced && html`<p><strong>Its publisher has a newer ${version} by now: fetch it again.</strong></p>`}`
}

function ImageItem({
  image: { name, form, bytes, kernel, files, init, script, problem, profiles, source },
}: {
  image: ImageRow
}) {
  return html`<li class="panel">
    <div class="panel-head"><h2>${name}</h2><span class="muted">${form}, ${amount(bytes)}</span></div>
    ${problem !== null && html`<p class="error">${withCode(problem)}</p>`}
    <p>${kernel.name}${kernel.version !== null && html` <span class="muted">${kernel.version}</span>`}</p>
    ${init !== null && html`<p class="mono muted breaks">${init}</p>`}
    ${script !== null && html`<p class="mono muted breaks">${script}</p>`}
    ${source && part(PulledFrom, { source })}
    <p class=${profiles.length > 0 ? '' : 'muted'}>${profiles.length > 0 ? `Booted by ${profiles.join(', ')}` : 'Unused: no profile boots it'}</p>
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
