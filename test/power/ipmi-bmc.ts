import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { IpmiWay } from '../../src/boot/power.ts'
import { makeFolder } from '../folder.ts'
import { machine, openDesk } from './desk.ts'
import { simCommand } from './ipmi-sim.ts'
import { freeUdpPort } from './udp-port.ts'

export const ipmiSim = '/usr/bin/ipmi_sim'

const node1 = machine('node1', { by: 'bmc', address: '127.0.0.1' })

/** The machine behind the BMC: a file that holds its power. */
const chassis = `#!/bin/sh
cd "$(dirname "$0")"
echo "$2 $3 $4" >> log
case "$2 $3" in
  "get power") echo "power:$(cat power)" ;;
  "set power") echo "$4" > power ;;
esac
`

/** ipmi_sim with such a machine, when it answers. */
export async function startBmc(t: Test) {
  const port = await freeUdpPort()
  const folder = makeFolder(t, {
    chassis,
    power: '0',
    log: '',
    password: 'secret\n',
    wrong: 'wrong\n',
  })
  const [program = '', ...args] = simCommand({ folder, port, chassis: `sh ${folder}/chassis` })
  const child: ChildProcess = spawn(program, args, { cwd: folder, stdio: 'ignore' })
  t.teardown(() => child.kill('SIGKILL'))
  const way: IpmiWay = {
    ...{ kind: 'ipmi', name: 'bmc', user: 'admin', passwordFile: join(folder, 'password') },
    ...{ port, privilege: 'operator' },
  }
  const log = () => readFileSync(join(folder, 'log'), 'utf8')
  // It takes its time to open the port, and this machine may be busy.
  const { desk } = openDesk(t, [way])
  for (let tries = 0; tries < 100; tries++) if ((await desk.run(node1, 'status')).ok) break
  return { way, folder, log }
}
