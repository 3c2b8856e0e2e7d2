/** @import { AskResult } from '../api/installs.ts' */
/** @import { ProfileRow } from '../api/networks.ts' */
import { useEffect, useState } from 'preact/hooks'
import { useRead, useTools } from './context.js'

/**
 * Asks the daemon who could be installed and what that would wipe, without asking for it.
 * @param {readonly string[]} names of the hosts
 */
export function useTrial(names) {
  const { api } = useTools()
  const { data } = useRead('/profiles')
  const [profile, setProfile] = useState('')
  const [replace, setReplace] = useState(false)
  const [results, setResults] = useState(/** @type {readonly AskResult[]} */ ([]))
  const [error, setError] = useState('')
  useEffect(() => {
    let wanted = true
    setResults([])
    setError('')
    const wish = { hosts: names, replace, ...(profile !== '' && { profile }), dryRun: true }
    api.post('/installs', wish).then(
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
    profiles: /** @type {readonly ProfileRow[]} */ (data?.profiles ?? []),
    ...{ error, profile, setProfile, replace, setReplace },
  }
}
