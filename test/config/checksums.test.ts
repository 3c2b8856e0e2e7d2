import { join } from 'node:path'
import t from 'tap'
import { wrongChecksums } from '../../src/world/checksums.ts'
import { sha256 } from '../system/media-files.ts'
import { errors, lan, right } from './check.ts'

const good = sha256('kernel')
const profile = (checksums: string, more = '') =>
  `${lan}assets: .\nprofiles:\n  p:\n    kernel: a/linux\n    initrd: [a/initrd, b/initrd]\n    ${more}\n    checksums: ${checksums}\n`

t.test('by name or by path from assets', async t => {
  const { profiles, folder } = right(
    t,
    profile(`{ linux: ${good.toUpperCase()}, b/initrd: ${sha256('b')} }`),
    { 'a/linux': 'kernel', 'a/initrd': 'a', 'b/initrd': 'b' },
  )
  t.strictSame(profiles.get('p')?.checksums, {
    [join(folder, 'a/linux')]: good,
    [join(folder, 'b/initrd')]: sha256('b'),
  })
})

t.test('a name counts for all files that have it', async t => {
  const { profiles, folder } = right(t, profile(`{ initrd: ${good} }`))
  t.strictSame(Object.keys(profiles.get('p')?.checksums ?? {}), [
    join(folder, 'a/initrd'),
    join(folder, 'b/initrd'),
  ])
})

t.test('for boot media by the names in their folder', async t => {
  const yaml = `${lan}assets: .\nprofiles: { n: { nixos: result, checksums: { bzImage: "${good}" } } }\n`
  const { profiles, folder } = right(t, yaml)
  t.strictSame(profiles.get('n')?.checksums, { [join(folder, 'result/bzImage')]: good })
})

t.test('mistakes stand where they are written', async t => {
  t.strictSame(errors(t, profile(`{ linus: ${good} }`)), [
    'c:8:18: profiles.p.checksums.linus: "linus" is no file that is booted here; did you mean "linux"?',
  ])
  t.match(errors(t, profile('{ linux: abc }')), [
    /^c:8:25: profiles\.p\.checksums\.linux: "abc" is not a sha256 in hex/,
  ])
})

t.test('check warns of files that differ, where the checksum stands', async t => {
  const yaml = profile(`{ linux: "${sha256('another')}", initrd: ${good} }`)
  const config = right(t, yaml, { 'a/linux': 'kernel', 'a/initrd': 'kernel' })
  const [only, ...others] = await wrongChecksums(config)
  t.strictSame(others, [], 'neither what is right nor what is not there')
  t.match(only, {
    ...{ severity: 'warning', line: 8, column: 25, path: 'profiles.p.checksums.linux' },
    message: /a\/linux has another sha256 than `checksums` says: no host boots it$/,
  })
})

t.test('one place is told once, however many hosts have the profile', async t => {
  const hosts = [1, 2, 3].map(
    n => `  h${n}: { mac: 52:54:00:00:00:0${n}, profile: p, ask: manual }\n`,
  )
  const config = right(t, `${profile(`{ linux: ${good} }`)}hosts:\n${hosts.join('')}`)
  t.equal(config.checksums.length, 1)
})
