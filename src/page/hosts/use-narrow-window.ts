import { useEffect, useState } from 'preact/hooks'

/** The same width as in the style sheets. */
const narrow = matchMedia('(max-width: 760px)')

/** Whether there is room for a table. */
export function useNarrowWindow() {
  const [is, setIs] = useState(narrow.matches)
  useEffect(() => {
    const follow = () => setIs(narrow.matches)
    narrow.addEventListener('change', follow)
    return () => narrow.removeEventListener('change', follow)
  }, [])
  return is
}
