import t from 'tap'
import type { Host, Profile } from '../../../src/boot/host.ts'
import type { HostState } from '../../../src/boot/host-state.ts'
import { chooseHosts, type HostCriteria } from '../../../src/http/api/choose.ts'

const host = (name: string, tags: readonly string[], profile?: string): [string, Host] => [
  name,
  {
    ...{ name, tags, nics: [], vars: {} },
    ...(profile !== undefined && { profile: { name: profile } as Profile }),
  },
]
const hosts = new Map([
  host('web1', ['prod'], 'debian'),
  host('web10', ['prod', 'new'], 'nixos'),
  host('db.lab', ['lab'], 'debian'),
  host('printer', []),
])
const states: Record<string, HostState> = { web1: 'failed' }
const facts: Record<string, unknown> = { web1: { memory: 2 ** 36 }, web10: { memory: 2 ** 30 } }

function chosen(choice: Partial<HostCriteria>): readonly string[] | string {
  const result = chooseHosts(
    { hosts: [], where: [], ...choice },
    {
      hosts,
      profiles: ['debian', 'nixos', 'rescue'],
      stateOf: name => states[name] ?? 'idle',
      factsOf: name => facts[name],
    },
  )
  return 'refused' in result ? result.refused : result.hosts.map(({ name }) => name)
}

const none = 'matches no host; the config has web1, web10, db.lab, printer'
const rows: readonly [string, Partial<HostCriteria>, readonly string[] | string][] = [
  ['a name', { hosts: ['web1'] }, ['web1']],
  [
    'names, in the order of the config, each once',
    { hosts: ['db.lab', 'web1', 'web1'] },
    ['web1', 'db.lab'],
  ],
  ['what machines told', { where: ['facts.memory>=64GiB', 'tag=prod'] }, ['web1']],
  ['a star', { hosts: ['web*'] }, ['web1', 'web10']],
  ['a question mark is one letter', { hosts: ['web?'] }, ['web1']],
  ['a dot is a dot', { hosts: ['db.*'] }, ['db.lab']],
  [
    'a dot is no other letter',
    { hosts: ['d..lab'] },
    'd..lab matches no host; did you mean "db.lab"?',
  ],
  ['everything', { hosts: ['*'] }, ['web1', 'web10', 'db.lab', 'printer']],
  [
    'a name that is no host',
    { hosts: ['web1', 'web2'] },
    'web2 matches no host; did you mean "web1"?',
  ],
  ['a glob that matches nobody', { hosts: ['x*'] }, `x* ${none}`],
  ['parentheses mean themselves', { hosts: ['(web*'] }, `(web* ${none}`],
  ['a tag', { where: ['tag=prod'] }, ['web1', 'web10']],
  ['a profile', { where: ['profile=debian'] }, ['web1', 'db.lab']],
  ['a state', { where: ['state=failed'] }, ['web1']],
  ['all conditions must hold', { where: ['tag=prod', 'profile=nixos'] }, ['web10']],
  ['names and conditions', { hosts: ['web*'], where: ['tag=new'] }, ['web10']],
  ['conditions that match nobody', { where: ['tag=lab', 'state=failed'] }, []],
  ['a profile that no host has', { where: ['profile=rescue'] }, []],
  ['a tag of nobody', { where: ['tag=prd'] }, 'no host has the tag "prd"; did you mean "prod"?'],
  [
    'no such profile',
    { where: ['profile=debain'] },
    'the config has no profile "debain"; did you mean "debian"?',
  ],
  ['no such state', { where: ['state=fail'] }, 'there is no state "fail"; did you mean "failed"?'],
  [
    'no condition',
    { where: ['lab'] },
    '"lab" is no condition: write tag=T, profile=P, state=S or facts.NAME>=N',
  ],
  [
    'an empty value',
    { where: ['tag='] },
    '"tag=" is no condition: write tag=T, profile=P, state=S or facts.NAME>=N',
  ],
  ['a value with an equals sign', { where: ['tag=a=b'] }, 'no host has the tag "a=b"'],
  ['nothing named', {}, 'no host is named: give names, globs or where'],
]

for (const [what, choice, result] of rows) {
  t.test(what, async t => t.strictSame(chosen(choice), result))
}
