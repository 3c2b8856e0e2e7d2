/** @import { AskResult } from '../api/installs.ts' */
/** @import { HostRow } from '../api/hosts.ts' */
import { useState } from 'preact/hooks'
import { useTools } from './context.js'
import { Dialog } from './dialog.js'
import { html } from './html.js'
import { Left, Warning, Wiped } from './install-lists.js'
import { isUnderWay } from './states.js'
import { useTrial } from './use-trial.js'
import { countOf } from './words.js'

/**
 * Names what will be wiped before anything is asked for.
 * @param {{ hosts: readonly HostRow[], close: () => void }} props
 */
export function InstallDialog({ hosts, close }) {
  const { api, say } = useTools()
  const [names] = useState(() => hosts.map(({ name }) => name))
  const trial = useTrial(names)
  const { wish, due, refused, profiles } = trial
  const [failed, setFailed] = useState('')
  // Pressed twice, or sent again after a lost answer, it is still one wish.
  const [key] = useState(
    () => `page-${Array.from(crypto.getRandomValues(new Uint32Array(4))).join('-')}`,
  )
  const running = hosts.filter(isUnderWay).length
  const erases = due.filter(
    ({ profile }) => profiles.find(p => p.name === profile)?.boot !== 'once',
  )

  /** @param {SubmitEvent} event */
  const submit = async event => {
    event.preventDefault()
    try {
      const asked = { ...wish, hosts: due.map(({ host }) => host) }
      const { results } = await api.post('/installs', asked, key)
      say(
        summary(results),
        results.some((/** @type {AskResult} */ { ok }) => !ok),
      )
      close()
    } catch (error) {
      setFailed(error instanceof Error ? error.message : String(error))
    }
  }
  return html`<${Dialog} title=${titleOf(names)} close=${close}>
    <form method="dialog" onSubmit=${submit}>
      <${Warning} erases=${erases} due=${due} />
      <${Wiped} hosts=${hosts} due=${due} />
      ${refused.length > 0 && html`<${Left} refused=${refused} />`}
      <${Fields} trial=${trial} running=${running} />
      <p class="error" role="alert">${failed || trial.error}</p>
      <div class="buttons">
        <button type="button" class="button" autofocus onClick=${close}>Leave as it is</button>
        <button type="submit" class="button danger" disabled=${due.length === 0}>
          ${erases.length > 0 ? 'Erase and install' : 'Boot'} ${due.length === 1 ? due[0]?.host : due.length}
        </button>
      </div>
    </form>
  <//>`
}

/** @param {{ trial: ReturnType<typeof useTrial>, running: number }} props */
function Fields({ trial, running }) {
  const { profile, setProfile, replace, setReplace } = trial
  const profiles = trial.profiles.filter(({ boot }) => boot !== 'always')
  return html`<div class="fields">
    <label class="choice">
      <span>Profile</span>
      <select
        value=${profile}
        onChange=${(/** @type {any} */ { currentTarget }) => setProfile(currentTarget.value)}
      >
        <option value="">each host's own</option>
        ${profiles.map(({ name }) => html`<option key=${name} value=${name}>${name}</option>`)}
      </select>
    </label>
    ${
      running > 0 &&
      html`<label class="check">
        <input type="checkbox" checked=${replace} onChange=${() => setReplace(!replace)} />
        Start over where an install has begun (${running})
      </label>`
    }
  </div>`
}

/** @param {readonly string[]} names */
function titleOf(names) {
  return names.length === 1 ? `Install ${names[0]}?` : `Install ${countOf(names.length, 'host')}?`
}

/** @param {readonly AskResult[]} results */
function summary(results) {
  const asked = results.filter(({ ok }) => ok)
  const [refused] = results.filter(({ ok }) => !ok)
  const told = `Install asked for: ${asked.length === 1 ? asked[0]?.host : countOf(asked.length, 'host')}.`
  return refused ? `${told} ${refused.host}: ${refused.reason}` : told
}
