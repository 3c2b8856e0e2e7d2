/** @import { Filter, Sorting } from './types.ts' */
import { useEffect, useRef } from 'preact/hooks'
import { html } from './html.js'

/**
 * @typedef {{
 *   filter: Filter, setFilter: (filter: Filter) => void,
 *   values: { profiles: readonly string[], tags: readonly string[] },
 *   sorting: Sorting, setSorting: (sorting: Sorting) => void,
 *   shape: string, setShape: (shape: string) => void,
 *   group: string, setGroup: (group: string) => void,
 * }} ToolbarProps
 */

/**
 * What is looked for and how it is shown. `/` jumps to the search.
 * @param {ToolbarProps} props
 */
export function Toolbar(props) {
  const { filter, setFilter, values, sorting, setSorting, shape, setShape, group, setGroup } = props
  const search = useSlash()
  return html`<div class="toolbar" role="search">
    <input
      class="search" type="search" ref=${search} value=${filter.text} spellcheck="false"
      placeholder="Search name, MAC, address, tag …   /" aria-label="Search the hosts"
      onInput=${(/** @type {{ currentTarget: HTMLInputElement }} */ { currentTarget }) =>
        setFilter({ ...filter, text: currentTarget.value })}
    />
    <${Choice}
      label="Profile" value=${filter.profile} any="every profile" values=${values.profiles}
      choose=${(/** @type {string} */ profile) => setFilter({ ...filter, profile })}
    />
    <${Choice}
      label="Tag" value=${filter.tag} any="every tag" values=${values.tags}
      choose=${(/** @type {string} */ tag) => setFilter({ ...filter, tag })}
    />
    <span class="spring" />
    ${
      shape === 'racks'
        ? html`<${Choice}
          label="Racks by" value=${group} values=${['tag', 'profile', 'state']}
          choose=${setGroup}
        />`
        : html`<${Choice}
          label="Order" value=${sorting.by} values=${['name', 'state', 'profile', 'address', 'seen']}
          choose=${(/** @type {Sorting['by']} */ by) => setSorting({ by, down: false })}
        />`
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

/**
 * @param {{ label: string, value: string, any?: string, values: readonly string[],
 *   choose: (value: string) => void }} props
 */
function Choice({ label, value, any, values, choose }) {
  return html`<label class="choice">
    <span>${label}</span>
    <select
      value=${value}
      onChange=${(/** @type {{ currentTarget: HTMLSelectElement }} */ { currentTarget }) =>
        choose(currentTarget.value)}
    >
      ${any !== undefined && html`<option value="">${any}</option>`}
      ${values.map(text => html`<option key=${text} value=${text}>${text}</option>`)}
    </select>
  </label>`
}

/** The search field gets the focus when `/` is pressed anywhere that takes no text. */
function useSlash() {
  const field = useRef(/** @type {HTMLInputElement | null} */ (null))
  useEffect(() => {
    /** @param {KeyboardEvent} event */
    const jump = event => {
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
