import { useEffect, useState } from 'preact/hooks'
import { useFleet } from '../daemon/context.ts'
import { html } from '../parts/html.ts'
import { timeOfDay } from '../parts/words.ts'

/** A stream that is torn comes back by itself; only one that does not is worth a banner. */
const patienceMs = 4000

/** That the daemon is gone, since when, and what to do. */
export function LostBanner() {
  const fleet = useFleet()
  const isLost = fleet.link() === 'lost'
  const [since, setSince] = useState<string | undefined>(undefined)
  useEffect(() => {
    setSince(undefined)
    if (!isLost) return
    const at = new Date().toISOString()
    const timer = setTimeout(() => setSince(at), patienceMs)
    return () => clearTimeout(timer)
  }, [isLost])
  if (!isLost || since === undefined) return null
  return html`<div class="notices lost" role="alert">
    <p><strong>The daemon does not answer since ${timeOfDay(since)}</strong>: what is shown here is from then.</p>
    <p>
      On its machine, <code>systemctl status bootwright</code> says whether it runs
      and <code>journalctl -u bootwright -n 50</code> why not. This page goes on by itself when it is back.
    </p>
  </div>`
}
