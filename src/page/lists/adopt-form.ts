import { useState } from 'preact/hooks'
import type { AdoptAnswer, AdoptBody } from '../../api/adopt.ts'
import type { ProfileList, StrangerRow } from '../../api/networks.ts'
import { useRead, useTools } from '../daemon/context.ts'
import { html } from '../parts/html.ts'
import { typed } from '../parts/typed.ts'

/** Makes a machine a host: its name, and what it may boot, address and tags where somebody says them. */
export function AdoptForm({ machine, changed }: { machine: StrangerRow; changed: () => void }) {
  const { api, toast, mayChange } = useTools()
  const { data } = useRead<ProfileList>('/profiles')
  const [name, setName] = useState('')
  const [profile, setProfile] = useState('')
  const [address, setAddress] = useState('')
  const [tags, setTags] = useState('')
  const { mac } = machine
  const adopt = async (event: Event) => {
    event.preventDefault()
    const list = tags.split(/[\s,]+/).filter(Boolean)
    const host = {
      ...{ mac, name: name.trim() },
      ...(profile !== '' && { profile }),
      ...(address.trim() !== '' && { address: address.trim() }),
      ...(list.length > 0 && { tags: list }),
    }
    try {
      await api.post<AdoptAnswer>('/hosts', { hosts: [host] } satisfies AdoptBody)
      toast(`${host.name} is a host.`)
      changed()
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), true)
    }
  }
  return html`<form class="toolbar" aria-label=${`Adopt ${mac}`} onSubmit=${adopt}>
    <input type="text" aria-label="Name" placeholder="name" value=${name} required size="12" onInput=${typed(setName)} />
    <select aria-label="Profile" value=${profile} onChange=${typed(setProfile)}>
      <option value="">no profile</option>
      ${data?.profiles.map(each => html`<option key=${each.name} value=${each.name}>${each.name}</option>`)}
    </select>
    <input type="text" aria-label="Address" placeholder="address" value=${address} size="12" onInput=${typed(setAddress)} />
    <input type="text" aria-label="Tags" placeholder="tags" value=${tags} size="10" onInput=${typed(setTags)} />
    <button
      class="button small" disabled=${!mayChange || name.trim() === ''}
      title=${mayChange ? '' : 'This token may only look.'}
    >Adopt</button>
  </form>`
}
