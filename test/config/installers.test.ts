import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import type { Host } from '../../src/boot/host.ts'
import { formatProblem, loadConfig } from '../../src/config/load.ts'
import { networkNames } from '../../src/config/template/context.ts'
import { sampleContext } from '../../src/config/template/sample-context.ts'
import { renderText } from '../../src/config/template/template.ts'
import { makeFolder } from '../folder.ts'
import { shellcheck } from '../shellcheck.ts'

const file = 'config/installers.yaml'
const { config, problems } = loadConfig(file)

t.test('the file is right, but for images that come later', async t => {
  t.ok(config)
  for (const problem of problems)
    t.match(problem.message, /does not exist yet/, formatProblem(file, problem))
})

/** What the checker of a kind of answer file has to say; nothing when it is good. */
const checkers: Readonly<Record<string, (text: string, t: Test) => string>> = {
  preseed: (text, t) => {
    const commands = [...text.matchAll(/^d-i \S+\/(?:early|late)_command string ((?:.*\\\n)*.*)/gm)]
    t.ok(commands.length >= 2)
    const shell = commands.map(([, command = '']) => shellcheck(withoutContinuations(command)))
    return said('debconf-set-selections', ['-c'], text) + shell.join('')
  },
  'user-data': (text, t) => {
    const data = parse(text)
    const { autoinstall } = data
    if (!autoinstall) return cloudInit(text, t)
    t.equal(autoinstall.version, 1)
    const commands = [autoinstall['early-commands'], autoinstall['late-commands']].flat()
    const inner = `#cloud-config\n${JSON.stringify(autoinstall['user-data'])}\n`
    return [...commands.map(command => shellcheck(command)), cloudInit(inner, t)].join('')
  },
  'meta-data': (text, t) => {
    t.match(parse(text), { 'instance-id': /./, 'local-hostname': /./ })
    return ''
  },
  'vendor-data': cloudInit,
  ks: kickstart,
  ign: text => {
    JSON.parse(text)
    return said('ignition-validate', ['-'], text)
  },
  machineconfig: text => {
    const { version, machine, cluster } = parse(text)
    const whole =
      version === 'v1alpha1' && machine?.install?.disk && cluster?.controlPlane?.endpoint
    return whole ? '' : 'no machine config'
  },
  sh: text => shellcheck(text, text.startsWith('#!/bin/bash') ? 'bash' : 'sh'),
  answers: text => shellcheck(`# shellcheck disable=SC2034\n${text}`),
}

for (const host of config?.hosts.values() ?? []) {
  t.test(`${host.profile?.name}: what is rendered for it is good`, async t => {
    const files = render(host)
    for (const [name, { path, text }] of Object.entries(files)) {
      const kind = path.slice(path.lastIndexOf('.') + 1)
      t.equal(checkers[kind]?.(text, t), '', `${name}: ${path}`)
    }
    const all = Object.values(files)
      .map(({ text }) => text)
      .join('\n')
    const always = host.profile?.boot === 'always'
    for (const event of always ? ['progress', 'done'] : ['progress', 'done', 'up']) {
      t.match(all, says(event), `it says ${event}`)
    }
  })
}

t.test('dracut asks by the family that the machine asked by', async t => {
  const host = [...(config?.hosts.values() ?? [])].find(({ profile }) => profile?.name === 'fedora')
  if (!host?.profile) throw new Error('no fedora')
  const context = sampleContext(host, networkNames({ name: 'lan' }), 8080)
  const line = (url: string) =>
    renderText(host.profile?.cmdline ?? '', { ...context, server: { url } })
  t.match(line('http://192.0.2.1:8080'), / ip=dhcp$/)
  t.match(line('http://[fd00::1]:8080'), / ip=dhcp6$/)
})

t.test('a value of a host cannot break out of JSON and YAML', async t => {
  const nasty = 'ssh-ed25519 "]}}, x: \\'
  for (const name of ['ubuntu1', 'cloud1', 'coreos1', 'flatcar1']) {
    const host = config?.hosts.get(name)
    if (!host?.profile) throw new Error(`no ${name}`)
    const vars = { ...host.profile.vars, sshKey: nasty }
    const { 'user-data': data, system } = render({ ...host, profile: { ...host.profile, vars } })
    const text = (data ?? system)?.text ?? ''
    t.match(JSON.stringify(parse(text)), JSON.stringify(nasty), name)
  }
})

t.test('the overlay of Alpine runs what the command line names', async t => {
  const folder = makeFolder(t)
  const overlay = join(folder, 'bootwright.apkovl.tar.gz')
  execFileSync('config/alpine/make-apkovl', [overlay])
  t.equal(shellcheck(readFileSync('config/alpine/make-apkovl', 'utf8')), '')
  const listed = execFileSync('tar', ['-tzf', overlay], { encoding: 'utf8' }).split('\n')
  for (const name of [
    '.default_boot_services',
    'runlevels/default/local',
    'local.d/bootwright.start',
  ])
    t.ok(listed.includes(`etc/${name}`), name)
  const extract = ['-xzOf', overlay, 'etc/local.d/bootwright.start']
  const start = execFileSync('tar', extract, { encoding: 'utf8' })
  t.equal(shellcheck(start), '')
  const alpine = config?.hosts.get('alpine1')
  t.match(alpine?.profile?.cmdline, 'bootwright.script={{ files.install }}')
})

function render(host: Host) {
  const context = sampleContext(host, networkNames({ name: 'lan' }), 8080)
  const files = Object.entries(host.profile?.files ?? {}).map(([name, path]) => {
    return [name, { path, text: renderText(readFileSync(path, 'utf8'), context) }] as const
  })
  return Object.fromEntries(files)
}

/** The URL with the event, or a function of a script that is given it. */
function says(event: string): RegExp {
  return new RegExp(`[?]event=${event}\\b|\\btell '?${event}\\b`)
}

function said(program: string, args: readonly string[], input: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { input, encoding: 'utf8' })
  if (error) throw error
  return status === 0 ? stderr : `exit ${status}: ${stdout}${stderr}`
}

function cloudInit(text: string, t: Test): string {
  const path = join(makeFolder(t), 'data.yaml')
  writeFileSync(path, text)
  return said('cloud-init', ['schema', '-c', path], '')
}

/** Sections are closed, and the scripts in them clean. */
function kickstart(text: string): string {
  const sections = [...text.matchAll(/^%(\w+)(.*)\n([\s\S]*?)^%end$/gm)]
  const opened = text.match(/^%(?!end)\w+/gm) ?? []
  const shell = sections
    .filter(([, kind]) => kind !== 'packages')
    .map(([, , , script = '']) => shellcheck(script))
  return (opened.length === sections.length ? '' : 'a section is not closed') + shell.join('')
}

function withoutContinuations(command: string): string {
  return command.replaceAll('\\\n', '')
}
