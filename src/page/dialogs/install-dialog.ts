import { useState } from 'preact/hooks'
import type { HostRow } from '../../api/hosts.ts'
import type { AskAnswer, AskResult } from '../../api/installs.ts'
import { countOf } from '../../base/amount.ts'
import { useTools } from '../daemon/context.ts'
import { html, part } from '../parts/html.ts'
import { withCode } from '../parts/inline-code.ts'
import { hasBegun } from '../parts/states.ts'
import { Dialog } from './dialog.ts'
import { DueMachines, RefusedHosts, Warning } from './install-lists.ts'
import { useDryRun } from './use-dry-run.ts'

/** Names what will be wiped before anything is asked for. */
export function InstallDialog({ hosts, close }: { hosts: readonly HostRow[]; close: () => void }) {
  const { api, toast } = useTools()
  const [names] = useState(() => hosts.map(({ name }) => name))
  const dryRun = useDryRun(names)
  const { wish, due, refused, profiles } = dryRun
  const [failed, setFailed] = useState('')
  // Pressed twice, or sent again after a lost answer, it is still one wish.
  const [key] = useState(
    () => `page-${Array.from(crypto.getRandomValues(new Uint32Array(4))).join('-')}`,
  )
  const begun = hosts.filter(hasBegun).length
  const erases = due.filter(
    ({ profile }) => profiles.find(p => p.name === profile)?.boot !== 'once',
  )

  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    try {
      const asked = { ...wish, hosts: due.map(({ host }) => host) }
      const { results } = await api.post<AskAnswer>('/installs', asked, key)
      toast(
        summary(results),
        results.some(({ ok }) => !ok),
      )
      close()
    } catch (error) {
      setFailed(error instanceof Error ? error.message : String(error))
    }
  }
  return part(
    Dialog,
    { title: titleOf(names), close },
    html`
    <form method="dialog" onSubmit=${submit}>
      ${part(Warning, { erases, due })}
      ${part(DueMachines, { hosts, due })}
      ${refused.length > 0 && part(RefusedHosts, { refused, hosts, replace: dryRun.replace })}
      ${part(OverrideFields, { dryRun, begun })}
      <p class="error" role="alert">${withCode(failed || dryRun.error)}</p>
      <div class="buttons">
        <button type="button" class="button" autofocus onClick=${close}>Leave as it is</button>
        <button type="submit" class="button danger" disabled=${due.length === 0}>
          ${buttonOf(due, erases.length)}
        </button>
      </div>
    </form>
  `,
  )
}

function OverrideFields({
  dryRun,
  begun,
}: {
  dryRun: ReturnType<typeof useDryRun>
  begun: number
}) {
  const { profile, setProfile, replace, setReplace } = dryRun
  const profiles = dryRun.profiles.filter(({ boot }) => boot !== 'always')
  return html`<div class="fields">
    <label class="choice">
      <span>Profile</span>
      <select
        value=${profile}
        onChange=${({ currentTarget }: { currentTarget: HTMLSelectElement }) => setProfile(currentTarget.value)}
      >
        <option value="">each host's own</option>
        ${profiles.map(({ name }) => html`<option key=${name} value=${name}>${name}</option>`)}
      </select>
    </label>
    ${
      begun > 0 &&
      html`<label class="check">
        <input type="checkbox" checked=${replace} onChange=${() => setReplace(!replace)} />
        Start over where an install has begun (${begun})
      </label>`
    }
  </div>`
}

function buttonOf(due: readonly AskResult[], erased: number) {
  const what = erased > 0 ? 'Erase and install' : 'Boot'
  if (due.length === 0) return 'Nothing to install'
  return `${what} ${due.length === 1 ? due[0]?.host : due.length}`
}

function titleOf(names: readonly string[]) {
  return names.length === 1 ? `Install ${names[0]}?` : `Install ${countOf(names.length, 'host')}?`
}

function summary(results: readonly AskResult[]) {
  const asked = results.filter(({ ok }) => ok)
  const [refused] = results.filter(({ ok }) => !ok)
  const told = `Install asked for: ${asked.length === 1 ? asked[0]?.host : countOf(asked.length, 'host')}.`
  return refused ? `${told} ${refused.host}: ${refused.reason}` : told
}
