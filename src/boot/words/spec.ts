import { didYouMean } from '../../base/nearest.ts'
import { lackOfProgram } from '../programs.ts'
import type { Reasons } from '../reason.ts'
import type { SpecReasons } from '../reasons/spec.ts'
import type { ReasonWords } from './word.ts'

/** Why an install cannot be asked for, or a profile cannot be booted as it is now. */
export const specWords: ReasonWords<keyof SpecReasons> = {
  'no-profile': ({ host }) => `${host} has no profile: it is a reservation only`,
  'vars-missing': ({ host, profile, vars }) =>
    `${host} gives no value for ${vars.join(', ')}, which ${profile} requires`,
  'var-unused': unusedWords,
  'no-program': ({ program }) => lackOfProgram(program),
  'no-agent': () => 'the agent is missing: `bootwright agent build` makes it',
  'no-asset': ({ what, path }) => `no such ${what}: ${path}`,
  'no-answer-file': ({ name, path }) => `cannot read the answer file ${name}: ${path}`,
  'booted-always': ({ profile }) => `${profile} is booted always: there is nothing to install`,
  'never-asked': ({ profile }) => `${profile} says ask: never`,
  'media-incomplete': ({ folder, missing }) => `${folder} has no ${missing.join(', ')}`,
  'media-without-arguments': ({ file, wanted }) => `${file} has no ${wanted}`,
  'kernel-cut': ({ name, bytes, needs }) => `${name} was cut: it has ${bytes} of ${needs} bytes`,
  'image-not-measured': ({ path }) =>
    `${path} has no sum of what is in it: \`bootwright import\` takes it in, with its sum`,
  'image-other-size': ({ path, bytes, measured }) =>
    `${path} has ${bytes} bytes, and had ${measured} when it was imported: import it again`,
  'media-being-written': ({ folder }) => `${folder} is being written; ask again when it is whole`,
}

function unusedWords({ profile, name, used }: Reasons['var-unused']): string {
  const sentence = `nothing in ${profile} uses the var "${name}"`
  const meant = didYouMean(name, used)
  if (meant !== '') return sentence + meant
  return `${sentence}; ${used.length === 0 ? 'it uses no vars' : `it uses ${used.join(', ')}`}`
}
