import { useRef, useState } from 'preact/hooks'
import type { SessionInfo } from '../../api/admin.ts'
import type { Api } from '../daemon/api.ts'
import { html, part } from '../parts/html.ts'
import { Logo } from './logo.ts'

/** Asks for a token. The browser keeps none: the daemon's cookie stands for it. */
export function LoginForm({
  api,
  onSession,
}: {
  api: Api
  onSession: (session: SessionInfo) => void
}) {
  const field = useRef<HTMLInputElement | null>(null)
  const stays = useRef<HTMLInputElement | null>(null)
  const [error, setError] = useState('')
  const [busy, setBusy] = useState(false)
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    setBusy(true)
    try {
      onSession(await api.login(field.current?.value.trim() ?? '', stays.current?.checked ?? false))
    } catch (refused) {
      setError(refused instanceof Error ? refused.message : String(refused))
      setBusy(false)
      field.current?.select()
    }
  }
  return html`<main class="login">
    <form class="login-card" onSubmit=${submit}>
      ${part(Logo, {})}
      <h1>Bootwright</h1>
      <p class="muted">The page is for operators. Log in with a token of the daemon.</p>
      <label for="token">Token</label>
      <input
        id="token" ref=${field} type="password" required autofocus
        autocomplete="current-password" spellcheck="false"
        aria-invalid=${error !== ''} aria-describedby="login-error"
      />
      <label class="check">
        <input ref=${stays} type="checkbox" />
        Stay logged in (a token that may only look)
      </label>
      <p id="login-error" class="error" role="alert">${error}</p>
      <button class="button primary wide" type="submit" disabled=${busy}>Log in</button>
      <p class="hint">On the daemon's machine the first one lies in <code>admin-token</code> of its dataDir.</p>
    </form>
  </main>`
}
