import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readReport, whyOtherMachine } from '../../../src/install/ssh/report.ts'
import {
  asRoot,
  runsNow,
  takeOverScript,
  whyItWouldNot,
} from '../../../src/install/ssh/take-over-script.ts'
import { type Mac, parseMac } from '../../../src/wire/address.ts'
import { makeFolder } from '../../folder.ts'

const url = 'http://10.77.0.1:8080/boot/52-54-00-12-34-56/kexec'

/** Runs the script where curl is one that brings this. */
function runWith(t: Test, served: string, dryRun = true) {
  const folder = makeFolder(t)
  mkdirSync(join(folder, 'bin'))
  writeFileSync(join(folder, 'served'), served)
  const curl = join(folder, 'bin/curl')
  writeFileSync(
    curl,
    `#!/bin/sh\nfor last; do :; done; echo "$last" > ${folder}/url\nwhile [ "$1" != -o ]; do shift; done\ncat ${folder}/served > "$2"\n`,
  )
  chmodSync(curl, 0o755)
  const env = { PATH: `${join(folder, 'bin')}:/usr/bin:/bin` }
  const { stdout, status } = spawnSync('sh', [], {
    input: takeOverScript(url, { dryRun }),
    env,
    encoding: 'utf8',
  })
  const asked = execFileSync('cat', [join(folder, 'url')], { encoding: 'utf8' }).trim()
  return { stdout, status, asked }
}

t.test('our script is run, with what it says and its exit code', async t => {
  const script = '#!/bin/sh\necho "args $*"\necho no >&2\nexit 3\n'
  t.match(runWith(t, script), {
    stdout: 'args --dry-run\nno\n',
    status: 3,
    asked: `${url}?dry-run`,
  })
  t.match(runWith(t, script, false), { stdout: 'args \nno\n', status: 3, asked: url })
})

t.test('what is no script of ours is not run', async t => {
  for (const text of ['<html>', '', 'rm -rf /', '#!/usr/bin/python\n']) {
    const { stdout, status } = runWith(t, text)
    t.equal(status, 1)
    t.match(whyItWouldNot(stdout), /is no script of ours$/)
  }
})

t.test('what it would fail for', async t => {
  const good = 'bootwright: x\nbootwright: would boot with: quiet\n'
  t.equal(whyItWouldNot(good), undefined)
  t.equal(whyItWouldNot(`bootwright: but this needs root\n${good}`), 'this needs root')
  t.equal(whyItWouldNot('bootwright: node1 is idle\n\n'), 'node1 is idle')
  t.equal(whyItWouldNot(''), 'it said nothing')
  t.ok(runsNow('bootwright: boots it now'))
  t.notOk(runsNow('echo bootwright: boots it now'))
})

t.test('who is not root becomes it', async t => {
  t.equal(asRoot('root', 'x\n'), 'x\n')
  t.equal(asRoot('debian', 'x\n'), "sudo -n sh <<'BOOTWRIGHT-END'\nx\nBOOTWRIGHT-END\n")
})

t.test('whether it is the machine', async t => {
  const mac = parseMac('52:54:00:12:34:56') as Mac
  const uuid = '01020304-0506-0708-090a-0b0c0d0e0f10'
  const report = (lines: string) => readReport(`boot\tB\n${lines}\nend\t\n`) ?? t.fail('no report')
  const why = (lines: string, expected?: string) => {
    const found = report(lines)
    if (typeof found === 'boolean') return undefined
    const host = {
      name: 'node1',
      nics: [{ mac }],
      ...(expected !== undefined && { uuid: expected }),
    }
    return whyOtherMachine(host, found)?.code
  }
  t.equal(why(`nic\teth0\t${mac}`), undefined)
  t.equal(why('nic\teth0\t52:54:00:12:34:57'), 'ssh-other-machine')
  t.equal(why('nic\tlo\t00:00:00:00:00:00'), 'ssh-other-machine')
  t.equal(why(`nic\teth0\t${mac}\nuuid\t${uuid}`, uuid), undefined)
  t.equal(why(`nic\teth0\t${mac}\nuuid\t04030201-0605-0807-090a-0b0c0d0e0f10`, uuid), undefined)
  t.equal(why(`nic\teth0\t${mac}\nuuid\tff${uuid.slice(2)}`, uuid), 'running-other-uuid')
  t.equal(why(`nic\teth0\t${mac}\nuuid\tffffffff-ffff-ffff-ffff-ffffffffffff`, uuid), undefined)
})
