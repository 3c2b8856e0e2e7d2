import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A BMC of ipmi_sim, which belongs to OpenIPMI: it knows cipher suite 3 alone. */
export interface SimSettings {
  /** Where it keeps what it needs. */
  readonly folder: string
  /** UDP port at 127.0.0.1. */
  readonly port: number
  /** The program that is its machine: it is called with 0x20, `get` or `set`, and what. */
  readonly chassis: string
  /** TCP port at 127.0.0.1 that is the serial port of its machine. */
  readonly sol?: number
}

const board = `mc_setbmc 0x20
mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr
mc_enable 0x20
`

/** The command that is the BMC; its user is `admin` with the password `secret`. */
export function simCommand({ folder, port, chassis, sol }: SimSettings): string[] {
  const auths = ['callback', 'user', 'operator', 'admin'].map(
    who => `allowed_auths_${who} none md2 md5 straight`,
  )
  const lan = `name "sim"
set_working_mc 0x20
startlan 1
addr 127.0.0.1 ${port}
priv_limit admin
${auths.join('\n')}
guid a123456789abcdefa123456789abcdef
endlan
${sol === undefined ? '' : `sol "tcp:127.0.0.1:${sol}" 115200\n`}chassis_control "${chassis} 0x20"
user 1 true "" "test" user 10 none md2 md5 straight
user 2 true "admin" "secret" admin 10 none md2 md5 straight
`
  const [lanFile, boardFile, state] = ['lan.conf', 'sim.emu', 'state'].map(name =>
    join(folder, name),
  ) as [string, string, string]
  mkdirSync(state, { recursive: true })
  writeFileSync(lanFile, lan)
  writeFileSync(boardFile, board)
  return ['/usr/bin/ipmi_sim', '-c', lanFile, '-f', boardFile, '-s', state, '-n']
}
