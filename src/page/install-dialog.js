/** @import { ProfileRow } from '../api/networks.ts' */
/** @import { AskResult } from '../api/installs.ts' */
/** @import { HostRow } from '../api/hosts.ts' */
import { useEffect, useState } from 'preact/hooks'
import { useRead, useTools } from './context.js'
import { Dialog } from './dialog.js'
import { html } from './html.js'
import { isUnderWay } from './states.js'
import { countOf } from './words.js'

/**
 * Names what will be wiped before anything is asked for. The daemon is asked first who can be
 * installed at all, without asking for it.
 * @param {{ hosts: readonly HostRow[], close: () => void }} props
 */
export function InstallDialog({ hosts, close }) {
  const { api, say } = useTools()
  const { data } = useRead('/profiles')
  const [profile, setProfile] = useState('')
  const [replace, setReplace] = useState(false)
  const [tried, setTried] = useState(/** @type {AskResult[] | undefined} */ (undefined))
  const [error, setError] = useState('')
  const [names] = useState(() => hosts.map(({ name }) => name))
  const [key] = useState(
    () => `page-${Array.from(crypto.getRandomValues(new Uint32Array(4))).join('-')}`,
  )
  const running = hosts.filter(isUnderWay).length

  const wish = { hosts: names, replace, ...(profile !== '' && { profile }) }
  useEffect(() => {
    let wanted = true
    api.post('/installs', { ...wish, dryRun: true }).then(
      ({ results }) => wanted && setTried(results),
      refused => wanted && setError(refused.message),
    )
    return () => {
      wanted = false
    }
  }, [profile, replace])

  const due = tried?.filter(({ ok }) => ok) ?? []
  const refused = tried?.filter(({ ok }) => !ok) ?? []
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
    } catch (failed) {
      setError(failed instanceof Error ? failed.message : String(failed))
    }
  }
  return html`<${Dialog} title=${titleOf(names)} close=${close}>
    <form method="dialog" onSubmit=${submit}>
      <p class="warning">At its next network boot <strong>everything on the disk is erased</strong> of
        ${due.length === 1 ? ' this machine' : ` these ${due.length} machines`}:</p>
      <${Wiped} hosts=${hosts} due=${due} />
      ${refused.length > 0 && html`<${Left} refused=${refused} />`}
      <div class="fields">
        <label class="choice"><span>Profile</span>
          <select value=${profile} onChange=${(/** @type {any} */ { currentTarget }) => setProfile(currentTarget.value)}>
            <option value="">each host's own</option>
            ${(data?.profiles ?? [])
              .filter((/** @type {ProfileRow} */ { boot }) => boot !== 'always')
              .map(
                (/** @type {ProfileRow} */ { name }) =>
                  html`<option key=${name} value=${name}>${name}</option>`,
              )}
          </select>
        </label>
        ${
          running > 0 &&
          html`<label class="check">
          <input type="checkbox" checked=${replace} onChange=${() => setReplace(!replace)} />
          Start over where an install has begun (${running})
        </label>`
        }
      </div>
      <p class="error" role="alert">${error}</p>
      <div class="buttons">
        <button type="button" class="button" onClick=${close}>Leave them as they are</button>
        <button type="submit" class="button danger" disabled=${due.length === 0}>
          Erase and install ${due.length === 1 ? due[0]?.host : due.length}
        </button>
      </div>
    </form>
  <//>`
}

/**
 * Every machine by name, so that one that was chosen by mistake is seen.
 * @param {{ hosts: readonly HostRow[], due: readonly AskResult[] }} props
 */
function Wiped({ hosts, due }) {
  const byName = new Map(hosts.map(host => [host.name, host]))
  return html`<ul class="wiped" tabindex="0" aria-label="Machines that will be erased">
    ${due.map(({ host, profile, wipes }) => {
      const row = byName.get(host)
      return html`<li key=${host}>
        <strong>${host}</strong>
        <span class="mono">${wipes ?? ''}</span>
        <span class="mono muted">${row?.mac}</span>
        <span class="muted">${row?.state}, ${row?.profile === profile ? '' : 'now '}${profile}</span>
      </li>`
    })}
  </ul>`
}

/** @param {{ refused: readonly AskResult[] }} props */
function Left({ refused }) {
  return html`<details class="left" open=${refused.length < 4}>
    <summary>${countOf(refused.length, 'host')} cannot be installed and ${refused.length === 1 ? 'is' : 'are'} left alone</summary>
    <ul>${refused.map(({ host, reason }) => html`<li key=${host}><strong>${host}</strong> ${reason}</li>`)}</ul>
  </details>`
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
