/** @import { Session } from '../api/admin.ts' */
/** @import { Api } from './api.js' */
import { useRef, useState } from 'preact/hooks'
import { html } from './html.js'
import { Mark } from './mark.js'

/**
 * Asks for a token. The browser keeps none: the daemon's cookie stands for it.
 * @param {{ api: Api, onSession: (session: Session) => void }} props
 */
export function Login({ api, onSession }) {
  const field = useRef(/** @type {HTMLInputElement | null} */ (null))
  const [error, setError] = useState('')
  const [busy, setBusy] = useState(false)
  /** @param {SubmitEvent} event */
  const submit = async event => {
    event.preventDefault()
    setBusy(true)
    try {
      onSession(await api.login(field.current?.value.trim() ?? ''))
    } catch (refused) {
      setError(refused instanceof Error ? refused.message : String(refused))
      setBusy(false)
      field.current?.select()
    }
  }
  return html`<main class="login">
    <form class="login-card" onSubmit=${submit}>
      <${Mark} />
      <h1>Bootwright</h1>
      <p class="muted">The page is for operators. Log in with a token of the daemon.</p>
      <label for="token">Token</label>
      <input
        id="token" ref=${field} type="password" required autofocus
        autocomplete="current-password" spellcheck="false"
        aria-invalid=${error !== ''} aria-describedby="login-error"
      />
      <p id="login-error" class="error" role="alert">${error}</p>
      <button class="button primary wide" type="submit" disabled=${busy}>Log in</button>
      <p class="hint">On the daemon's machine the first one lies in <code>admin-token</code> of its dataDir.</p>
    </form>
  </main>`
}
