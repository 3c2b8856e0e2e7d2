import type { AdoptedHost } from '../api/adopt.ts'
import { given } from '../base/given.ts'
import { printable } from '../base/printable.ts'
import type { Values } from './args.ts'
import { exit, Failure } from './io.ts'

/** What the options of `adopt` say of a host. */
export function hostKeys(values: Values): Omit<AdoptedHost, 'mac' | 'name'> {
  const vars = values.list('var').map(text => {
    const at = text.indexOf('=')
    if (at < 1) throw new Failure(`--var is k=v, not "${printable(text)}"`, exit.usage)
    return [text.slice(0, at), text.slice(at + 1)] as const
  })
  return {
    ...given('profile', values.text('profile')),
    ...given('address', values.text('address')),
    tags: values.list('tag'),
    vars: Object.fromEntries(vars),
  }
}
