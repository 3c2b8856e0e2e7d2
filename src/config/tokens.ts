import { resolve } from 'node:path'
import type { Report } from './check/mistake.ts'
import type { Config } from './config.ts'
import { defaults } from './defaults.ts'
import type { RawToken } from './schema/config.ts'

/** What the log calls whoever has the token of `admin.tokenFile`. */
const first = 'admin'

/** The tokens besides that of `admin.tokenFile`, each with a name of its own. */
export function resolveTokens(
  tokens: readonly RawToken[],
  folder: string,
  report: Report,
): Config['admin']['tokens'] {
  const taken = new Set([first])
  return tokens.map(({ name, tokenFile, scope }, i) => {
    if (taken.has(name)) {
      const why = name === first ? 'is the name of the token in admin.tokenFile' : 'is there twice'
      report(['admin', 'tokens', i, 'name'], `"${name}" ${why}; write another name`)
    }
    taken.add(name)
    return { name, tokenFile: resolve(folder, tokenFile), scope: scope ?? defaults.tokenScope }
  })
}
