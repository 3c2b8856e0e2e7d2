import { html } from './html.ts'

/** One of several values, or any of them where that has a name. */
export function Choice<Value extends string>({
  label,
  value,
  any,
  values,
  choose,
}: {
  label: string
  value: Value | ''
  any?: string
  values: readonly Value[]
  choose: (value: Value) => void
}) {
  return html`<label class="choice">
    <span>${label}</span>
    <select
      value=${value}
      onChange=${({ currentTarget }: { currentTarget: HTMLSelectElement }) =>
        choose(currentTarget.value as Value)}
    >
      ${any !== undefined && html`<option value="">${any}</option>`}
      ${values.map(text => html`<option key=${text} value=${text}>${text}</option>`)}
    </select>
  </label>`
}
