import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { snmpModels } from '../../src/power/snmp-models.ts'
import { makeFolder } from '../folder.ts'

export const snmpd = '/usr/sbin/snmpd'
export const noSnmpd = !existsSync(snmpd) && 'needs the package snmpd'

/** The subtrees in which makers have their outlets. */
const columns = [
  ...new Set(
    Object.values(snmpModels).flatMap(({ state, on, off }) => [state.oid, on.oid, off.oid]),
  ),
]

/**
 * Holds what is below its column: `-g OID` reads, `-s OID integer VALUE` writes, as snmpd asks for it (`pass` in
 * snmpd.conf(5)). A file is one instance, and there are only those that were made before.
 */
const pass = `#!/bin/sh
cd "$(dirname "$0")"
[ -e "oid$2" ] || { [ "$1" = -g ] || echo not-writable; exit 0; }
case "$1" in
  -g) printf '%s\\ninteger\\n%s\\n' "$2" "$(cat "oid$2")" ;;
  -s) echo "$4" > "oid$2"; echo "$2 $4" >> log; sh ./react "$2" "$4" ;;
esac
`

/** Debian's snmpd with these instances, as if it were a PDU; `react` is a shell script that follows from each write. */
export async function startAgent(
  t: Test,
  port: number,
  instances: Readonly<Record<string, number>>,
  react = 'exit 0',
) {
  const folder = join(makeFolder(t), 'agent')
  mkdirSync(folder)
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  write('pass', pass)
  write('react', `${react}\n`)
  write('log', '')
  for (const [oid, value] of Object.entries(instances)) write(`oid.${oid}`, `${value}\n`)
  const lines = columns.map(oid => `pass -p 1 .${oid} /bin/sh ${folder}/pass`)
  const users = ['createUser admin SHA authsecret AES privsecret', 'rwuser admin authnopriv']
  write(
    'snmpd.conf',
    ['rwcommunity secret', 'rocommunity reader', ...users, ...lines, ''].join('\n'),
  )
  const files = {
    secret: 'secret',
    reader: 'reader',
    auth: 'authsecret',
    priv: 'privsecret',
    wrong: 'wrongwrong',
  }
  for (const [name, text] of Object.entries(files)) write(name, `${text}\n`)
  const args = [
    '-f',
    '-Lf',
    join(folder, 'snmpd.log'),
    '-C',
    '-c',
    join(folder, 'snmpd.conf'),
    '-I',
    '-smux',
  ]
  const env = { ...process.env, SNMP_PERSISTENT_DIR: folder, MIBS: '' }
  const child: ChildProcess = spawn(snmpd, [...args, `udp:127.0.0.1:${port}`], {
    env,
    stdio: 'ignore',
  })
  t.teardown(() => child.kill('SIGKILL'))
  return { folder, log: () => readFileSync(join(folder, 'log'), 'utf8') }
}
