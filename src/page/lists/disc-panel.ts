import { useState } from 'preact/hooks'
import type { DiscRow, ImageRow } from '../../api/images.ts'
import { amount } from '../../base/amount.ts'
import { useTools } from '../daemon/context.ts'
import { CopyButton } from '../parts/copy-button.ts'
import { html, part } from '../parts/html.ts'
import { BytesBar } from '../parts/progress.ts'
import { typed } from '../parts/typed.ts'
import { bringDisc, discFileOf, imageNameOf } from './bring-disc.ts'
import { EndButton } from './end-button.ts'
import { useEverySecond } from './use-every-second.ts'

/** The ISO of a distribution: dropped here or chosen, brought, and taken apart by the daemon. */
export function DiscPanel({
  discs,
  images,
  changed,
}: {
  discs: readonly DiscRow[]
  images: readonly ImageRow[]
  changed: () => void
}) {
  const { mayChange } = useTools()
  const [file, setFile] = useState<File>()
  const [isOver, setOver] = useState(false)
  const isMoving = discs.some(({ state }) => state === 'arriving' || state === 'opening')
  useEverySecond(isMoving, changed)
  const over = (is: boolean) => (event: DragEvent) => {
    event.preventDefault()
    setOver(is)
  }
  const drop = (event: DragEvent) => {
    over(false)(event)
    const [dropped] = event.dataTransfer?.files ?? []
    if (dropped && mayChange) setFile(dropped)
  }
  const choose = ({ currentTarget }: { currentTarget: HTMLInputElement }) => {
    setFile(currentTarget.files?.[0])
    // So that the same one may be chosen again.
    currentTarget.value = ''
  }
  return html`<section class="list-view">
    <h2>A disc</h2>
    <div class=${`drop ${isOver ? 'over' : ''}`} onDragOver=${over(true)} onDragLeave=${over(false)} onDrop=${drop}>
      <label class="muted">Drop the ISO of a distribution here, or choose it:
        <input type="file" accept=".iso" aria-label="ISO of a distribution" disabled=${!mayChange} onChange=${choose} />
      </label>
      ${file && part(DiscForm, { key: file.name, file, images, changed, close: () => setFile(undefined) })}
    </div>
    <ul class="items" aria-label="Discs since the daemon started">
      ${discs.map(disc => part(DiscItem, { key: disc.name, disc, changed }))}
    </ul>
  </section>`
}

/** Under which name it becomes an image. */
function DiscForm({
  file,
  images,
  changed,
  close,
}: {
  file: File
  images: readonly ImageRow[]
  changed: () => void
  close: () => void
}) {
  const { api, toast } = useTools()
  const [name, setName] = useState(imageNameOf(file.name))
  const replace = images.some(image => image.name === name)
  const bring = async (event: Event) => {
    event.preventDefault()
    const offer = { name, file: discFileOf(file.name), bytes: file.size, replace }
    const begun = () => {
      close()
      changed()
    }
    try {
      await bringDisc(api, file, offer, begun)
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), true)
    }
    changed()
  }
  return html`<form class="toolbar" onSubmit=${bring}>
    <span class="breaks">${file.name}, ${amount(file.size)}</span>
    <label class="choice"><span>as the image</span><input
      type="text" aria-label="Name of the image" value=${name} required size="24"
      pattern="[A-Za-z0-9][A-Za-z0-9_.\\-]{0,62}"
      onInput=${typed(setName)}
    /></label>
    <button class=${`button small ${replace ? 'danger' : 'primary'}`}>${replace ? `Replace ${name}` : 'Bring it'}</button>
    <button type="button" class="button small quiet" onClick=${close}>Not now</button>
  </form>`
}

function DiscItem({ disc, changed }: { disc: DiscRow; changed: () => void }) {
  const { name, file, state, part: moving, done, total, problem, profile } = disc
  const isOver = state === 'done' || state === 'failed'
  const end = part(EndButton, { path: `/discs/${name}`, what: file, isOver, changed })
  if (state === 'failed')
    return html`<li><p class="error" role="alert">${file}: ${problem}</p>${end}</li>`
  if (state === 'done') {
    return html`<li role="status">${name} is there. To boot it, paste under <code>profiles:</code> of the config:
      <pre>${profile}</pre>${profile !== null && part(CopyButton, { text: profile, what: `The profile of ${name}` })}${end}</li>`
  }
  const what = state === 'arriving' ? `${file} arrives` : `${name}: ${moving || 'looks into it'}`
  return html`<li>${part(BytesBar, { done, total, what })}${end}</li>`
}
