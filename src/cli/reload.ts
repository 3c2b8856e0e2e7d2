import type { ReloadAnswer } from '../api/daemon.ts'
import { printable } from '../base/printable.ts'
import { reloadSpec } from './api-specs.ts'
import { runApiCommand, writeJson } from './command.ts'
import { exit, type Io } from './io.ts'

/** `bootwright reload`: a refused config is a Failure with a line for each mistake. */
export function run(argv: string[], io: Io): Promise<number> {
  return runApiCommand(reloadSpec, argv, io, async ({ api, values }) => {
    const answer = await api.post<ReloadAnswer>('/api/v1/reload', {})
    if (values.has('json')) writeJson(io, answer)
    else {
      for (const line of answer.warnings) io.stderr.write(`${printable(line)}\n`)
      const hosts = answer.hosts === 1 ? '1 host' : `${answer.hosts} hosts`
      io.stdout.write(`reloaded: the config has ${hosts}\n`)
    }
    return exit.done
  })
}
