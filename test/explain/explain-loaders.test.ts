import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { explainSpec } from '../../src/cli/local/specs.ts'
import { parseCommand } from '../../src/cli/parse-command.ts'
import { loadConfig } from '../../src/config/load.ts'
import { explain } from '../../src/explain/explain.ts'
import { makeFolder } from '../folder.ts'

const yaml = `
assets: assets
networks: { rack: { subnet: 10.77.0.0/24, serverAddress: 10.77.0.1, mode: none } }
profiles:
  debian: { kernel: linux, cmdline: quiet }
  secure: { extends: debian, loader: shimx64.efi }
hosts:
  node1: { mac: 52:54:00:00:00:01, profile: debian }
  node2: { mac: 52:54:00:00:00:02, profile: secure }
  node3: { mac: 52:54:00:00:00:03, profile: debian, loader: lpxelinux.0 }
`

async function explained(t: Test, ...argv: string[]): Promise<string> {
  const folder = makeFolder(t, { 'config.yaml': yaml, assets: { linux: 'kernel', loaders: {} } })
  mkdirSync(join(folder, 'assets/loaders'), { recursive: true })
  for (const name of ['undionly.kpxe', 'ipxe.efi', 'shimx64.efi', 'grubx64.efi', 'lpxelinux.0']) {
    writeFileSync(join(folder, 'assets/loaders', name), '')
  }
  const { config, problems } = loadConfig(join(folder, 'config.yaml'))
  if (!config) throw new Error(problems.map(({ message }) => message).join('\n'))
  const parsed = parseCommand(explainSpec, argv)
  if (parsed.kind !== 'run') throw new Error('wrong arguments')
  const result = await explain(parsed.values, config)
  return 'text' in result ? result.text : result.wrong
}

t.test('the script is in the language of the host’s loader', async t => {
  const script = (mac: string) =>
    explained(t, '--mac', `52:54:00:00:00:0${mac}`, '--state', 'pending', '--stage', 'script')
  t.match(await script('1'), /\n#!ipxe\necho node1 installs debian, attempt 1\n/)
  t.match(await script('2'), `\necho 'node2 installs secure, attempt 1'\n`)
  t.match(await script('3'), /\nSAY node3 installs debian, attempt 1\n/)
  t.match(await script('3'), /\n {2}LINUX http:\/\/\S+\/assets\/linux\n/, 'lpxelinux.0 speaks HTTP')
})

t.test('the whole boot has no stage of iPXE where none runs', async t => {
  const stages = async (mac: string) => {
    const text = await explained(
      t,
      '--mac',
      `52:54:00:00:00:0${mac}`,
      '--state',
      'pending',
      '--whole',
    )
    return [...text.matchAll(/^== (\w+)/gm)].map(([, stage]) => stage)
  }
  t.strictSame(await stages('1'), ['firmware', 'loader', 'ipxe', 'script'])
  t.strictSame(await stages('2'), ['firmware', 'loader', 'script'])
})

t.test('lines for another DHCP server name the loaders of hosts and their profiles', async t => {
  const lines = await explained(t, '--dhcp', 'dnsmasq')
  t.match(
    lines,
    '\ndhcp-boot=tag:bootwright-525400000002,tag:!bootwright-http,shimx64.efi,,10.77.0.1\n',
  )
  t.match(
    lines,
    '\ndhcp-boot=tag:bootwright-525400000003,tag:!bootwright-http,lpxelinux.0,,10.77.0.1\n',
  )
  t.notMatch(lines, '525400000001')
})
