import type { Callback } from '../../boot/callback.ts'
import { sharedMistakes } from '../booting-hosts.ts'
import type { CmdlinePiece } from '../inheritance.ts'
import type { ResolvedProfile } from '../profiles.ts'
import { callbackTemplates } from '../template/uses.ts'
import type { Mistake } from './mistake.ts'

/** `https://user:password@host`; either may be a template. */
const credentials =
  /([a-z][a-z0-9+.-]*:\/\/(?:\{\{.*?\}\}|[^\s/@:"'])*:)(?:\{\{.*?\}\}|[^\s/@"'])+@/i

/** URLs with a password in them: the config and what is made of it are no place for secrets. */
export function checkCredentials(
  callbacks: Iterable<Callback>,
  profiles: Iterable<ResolvedProfile>,
): Mistake[] {
  const shared = sharedMistakes()
  for (const callback of callbacks) {
    const instead =
      callback.kind === 'webhook'
        ? 'let `secretFile` sign what is sent'
        : 'let the program read it from a file'
    for (const { source, path } of callbackTemplates(callback)) {
      if (credentials.test(source)) shared.add(path, `the URL has a password in it; ${instead}`)
    }
  }
  const pieces: CmdlinePiece[] = [...profiles].flatMap(({ layers }) => layers.cmdline)
  for (const { path, text } of pieces) {
    if (!credentials.test(text)) continue
    shared.add(
      path,
      'a URL has a password in it, which everybody on the machine and the LAN can read',
    )
  }
  return shared.mistakes('warning')
}

/** The same text without the passwords of URLs. */
export function withoutCredentials(text: string): string {
  return text.replace(new RegExp(credentials, 'gi'), '$1…@')
}
