/** @import { Session } from '../api/admin.ts' */
/** @import { Api } from './api.js' */
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks'
import { Refused } from './api.js'
import { ToolsContext } from './context.js'
import { createFleet } from './fleet.js'
import { Frame } from './frame.js'
import { html } from './html.js'
import { Login } from './login.js'
import { Toasts, useToasts } from './toasts.js'

/**
 * The page: the way in, and behind it the fleet.
 * @param {{ api: Api }} props
 */
export function App({ api }) {
  const [session, setSession] = useState(/** @type {Session | null | undefined} */ (undefined))
  const [unreachable, setUnreachable] = useState('')
  useEffect(() => {
    api.whenLoggedOut(() => setSession(null))
    api.session().then(setSession, error => {
      if (error instanceof Refused && error.status === 401) setSession(null)
      else setUnreachable(error.message)
    })
  }, [api])
  if (unreachable !== '') return html`<p class="alone" role="alert">${unreachable}</p>`
  if (session === undefined) return html`<p class="alone">Asking the daemon …</p>`
  if (session === null) return html`<${Login} api=${api} onSession=${setSession} />`
  return html`<${Inside} api=${api} session=${session} leave=${() => setSession(null)} />`
}

/** @param {{ api: Api, session: Session, leave: () => void }} props */
function Inside({ api, session, leave }) {
  const fleet = useMemo(() => createFleet(api), [api])
  const { toasts, say } = useToasts()
  useEffect(() => {
    void fleet.start()
    return fleet.close
  }, [fleet])
  const tools = useMemo(() => ({ api, fleet, session, say }), [api, fleet, session, say])
  const logout = useCallback(async () => {
    try {
      await api.logout()
      leave()
    } catch (error) {
      say(error instanceof Error ? error.message : String(error), true)
    }
  }, [api, leave, say])
  return html`<${ToolsContext.Provider} value=${tools}>
    <${Frame} logout=${logout} />
    <${Toasts} toasts=${toasts} />
  <//>`
}
