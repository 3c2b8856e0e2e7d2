import { useCallback, useEffect, useMemo, useState } from 'preact/hooks'
import type { SessionInfo } from '../api/admin.ts'
import type { Api } from './daemon/api.ts'
import { ApiRefusal } from './daemon/api.ts'
import { ToolsContext } from './daemon/context.ts'
import { createFleet } from './daemon/fleet.ts'
import { Frame } from './frame/frame.ts'
import { LoginForm } from './frame/login.ts'
import { Toasts, useToasts } from './frame/toasts.ts'
import { html, part } from './parts/html.ts'

/** The page: the way in, and behind it the fleet. */
export function App({ api }: { api: Api }) {
  const [session, setSession] = useState<SessionInfo | null | undefined>(undefined)
  const [unreachable, setUnreachable] = useState('')
  useEffect(() => {
    api.whenLoggedOut(() => setSession(null))
    api.session().then(setSession, error => {
      if (error instanceof ApiRefusal && error.status === 401) setSession(null)
      else setUnreachable(error.message)
    })
  }, [api])
  if (unreachable !== '') return html`<p class="alone" role="alert">${unreachable}</p>`
  if (session === undefined) return html`<p class="alone">Asking the daemon …</p>`
  if (session === null) return part(LoginForm, { api, onSession: setSession })
  return part(Inside, { api, session, leave: () => setSession(null) })
}

function Inside({ api, session, leave }: { api: Api; session: SessionInfo; leave: () => void }) {
  const fleet = useMemo(() => createFleet(api), [api])
  const { toasts, toast } = useToasts()
  useEffect(() => {
    void fleet.start()
    return fleet.close
  }, [fleet])
  const tools = useMemo(() => ({ api, fleet, session, toast }), [api, fleet, session, toast])
  const logout = useCallback(async () => {
    try {
      await api.logout()
      leave()
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), true)
    }
  }, [api, leave, toast])
  return part(
    ToolsContext.Provider,
    { value: tools },
    html`
    ${part(Frame, { logout })}
    ${part(Toasts, { toasts })}
  `,
  )
}
