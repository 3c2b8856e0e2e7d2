import { useEffect, useRef } from 'preact/hooks'
import { Choice } from '../parts/choice.ts'
import { html, part } from '../parts/html.ts'
import type { Filter, Sorting } from './filter.ts'

export type ToolbarProps = {
  filter: Filter
  setFilter: (filter: Filter) => void
  values: { profiles: readonly string[]; tags: readonly string[] }
  sorting: Sorting
  setSorting: (sorting: Sorting) => void
  shape: string
  setShape: (shape: string) => void
  group: string
  setGroup: (group: string) => void
  /** Opens the first host that is shown. */
  openFirst: () => void
}

/** What is looked for and how it is shown. `/` jumps to the search. */
export function Toolbar(props: ToolbarProps) {
  const { filter, setFilter, values, sorting, setSorting, shape, setShape, group, setGroup } = props
  const { openFirst } = props
  const search = useSlash()
  const profileChoice = part(Choice<string>, {
    label: 'Profile',
    value: filter.profile,
    any: 'every profile',
    values: values.profiles,
    choose: profile => setFilter({ ...filter, profile }),
  })
  const tagChoice = part(Choice<string>, {
    label: 'Tag',
    value: filter.tag,
    any: 'every tag',
    values: values.tags,
    choose: tag => setFilter({ ...filter, tag }),
  })
  return html`<div class="toolbar" role="search">
    <input
      class="search" type="search" ref=${search} value=${filter.text} spellcheck="false"
      placeholder="Search name, MAC, address, tag …   /" aria-label="Search the hosts"
      onInput=${({ currentTarget }: { currentTarget: HTMLInputElement }) =>
        setFilter({ ...filter, text: currentTarget.value })}
      onKeyDown=${(event: KeyboardEvent) => {
        if (event.key === 'Enter' && filter.text.trim() !== '') openFirst()
      }}
    />
    ${profileChoice}
    ${tagChoice}
    <span class="spring" />
    ${
      shape === 'racks'
        ? part(Choice<string>, {
            label: 'Racks by',
            value: group,
            values: ['tag', 'profile', 'state'],
            choose: setGroup,
          })
        : part(Choice<Sorting['by']>, {
            label: 'Order',
            value: sorting.by,
            values: ['name', 'state', 'profile', 'address', 'seen'],
            choose: by => setSorting({ by, down: false }),
          })
    }
    <div class="switch" role="group" aria-label="How the hosts are shown">
      ${['table', 'racks'].map(
        name => html`<button
          key=${name} class="button" aria-pressed=${shape === name} onClick=${() => setShape(name)}
        >${name === 'table' ? 'Table' : 'Racks'}</button>`,
      )}
    </div>
  </div>`
}

/** The search field gets the focus when `/` is pressed anywhere that takes no text. */
function useSlash() {
  const field = useRef<HTMLInputElement | null>(null)
  useEffect(() => {
    const jump = (event: KeyboardEvent) => {
      const { target } = event
      const isText = target instanceof HTMLElement && target.matches('input, textarea, select')
      if (event.key !== '/' || isText || document.querySelector('dialog[open]')) return
      event.preventDefault()
      field.current?.focus()
    }
    addEventListener('keydown', jump)
    return () => removeEventListener('keydown', jump)
  }, [])
  return field
}
