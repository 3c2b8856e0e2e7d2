import { join } from 'node:path'
import t from 'tap'
import { loadConfig } from '../../src/config/load.ts'
import { makeFolder } from '../folder.ts'

t.test('check tells what of a command line does not reach the kernel', async t => {
  const long = 'A'.repeat(2100)
  const folder = makeFolder(t, {
    assets: { linux: 'kernel', 'initrd.gz': 'initrd' },
    'config.yaml': `
dataDir: data
assets: assets
networks: { lan: { subnet: 10.99.0.0/24, serverAddress: 10.99.0.1 } }
profiles:
  main: { kernel: linux, initrd: initrd.gz, cmdline: "quiet initrd=main" }
  fine: { kernel: linux, initrd: initrd.gz, cmdline: "initrd=initrd.gz # a || b ; c" }
  long: { kernel: linux, cmdline: "inline=${long} end={{ host.name }}" }
  spoilt: { kernel: linux, cmdline: "who=it's", loader: grubx64.efi }
hosts:
  a: { mac: 52:54:00:00:00:01, profile: main }
  b: { mac: 52:54:00:00:00:02, profile: fine }
  c: { mac: 52:54:00:00:00:03, profile: long }
  d: { mac: 52:54:00:00:00:04, profile: spoilt }
`,
  })
  const { problems } = loadConfig(join(folder, 'config.yaml'))
  const about = (name: string) =>
    problems.filter(({ path }) => path === `profiles.${name}.cmdline`).map(({ message }) => message)
  t.match(about('main'), [/`initrd=main` is left out/])
  t.strictSame(about('fine'), [])
  t.match(about('long'), [
    /has 2\d\d\d bytes by iPXE, and the kernel keeps 2046: lost from `inline=A/,
  ])
  t.match(about('spoilt'), [/GRUB does not hand on `who=it's`/])
})
