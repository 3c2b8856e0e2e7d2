import { useEffect, useState } from 'preact/hooks'
import type { AskAnswer, AskResult } from '../../api/installs.ts'
import type { ProfileList, ProfileRow } from '../../api/networks.ts'
import { useRead, useTools } from '../daemon/context.ts'

const noProfiles: readonly ProfileRow[] = []

/** Asks the daemon which hosts could be installed and what that would wipe, without asking for it. */
export function useDryRun(names: readonly string[]) {
  const { api } = useTools()
  const { data } = useRead<ProfileList>('/profiles')
  const [profile, setProfile] = useState('')
  const [replace, setReplace] = useState(false)
  const [results, setResults] = useState<readonly AskResult[]>([])
  const [error, setError] = useState('')
  useEffect(() => {
    let wanted = true
    setResults([])
    setError('')
    const wish = { hosts: names, replace, ...(profile !== '' && { profile }), dryRun: true }
    api.post<AskAnswer>('/installs', wish).then(
      told => wanted && setResults(told.results),
      refused => wanted && setError(refused.message),
    )
    return () => {
      wanted = false
    }
  }, [api, names, profile, replace])
  return {
    wish: { replace, ...(profile !== '' && { profile }) },
    due: results.filter(({ ok }) => ok),
    refused: results.filter(({ ok }) => !ok),
    profiles: data?.profiles ?? noProfiles,
    ...{ error, profile, setProfile, replace, setReplace },
  }
}
