import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { readHostKeys } from '../../../src/install/ssh/host-keys.ts'
import { whyNoOtherKey, whyNotAnother } from '../../../src/install/ssh/installed.ts'
import { readReport, reportScript, whyNotProved } from '../../../src/install/ssh/report.ts'
import type { Mac } from '../../../src/wire/address.ts'

const mac = '52:54:00:12:34:56' as Mac
const url = 'http://10.77.0.1:8080/phone-home/abc'
const output = `motd that somebody prints
boot\t11111111-2222\t
cmdline\tinit=/nix/store/x/init bootwright=${url} BOOTIF=01-52-54-00-12-34-56\t
nic\teth0\t52:54:00:12:34:56\t
nic\tlo\t00:00:00:00:00:00\t
nic\twg0\t\t
disk\t/dev/vda\t40000000\t\tD-1\t
disk\t/dev/sda\t2000\tQEMU HARDDISK   \t\t
memory\t2000 kB\t
cpus\t2\t
serial\t A1 \t
uuid\tABCD\t
vendor\t\t
product\t\t
end\t
`
const report = () => {
  const read = readReport(output)
  if (!read) throw new Error('unreadable')
  return read
}
const wanted = { host: 'node1', phoneHome: url, macs: [mac] }

t.test('what a machine says of itself', async t => {
  t.strictSame(report(), {
    bootId: '11111111-2222',
    cmdline: `init=/nix/store/x/init bootwright=${url} BOOTIF=01-52-54-00-12-34-56`,
    macs: [mac],
    facts: {
      serial: 'A1',
      uuid: 'abcd',
      memory: 2_048_000,
      cpus: 2,
      disks: [
        { name: '/dev/vda', size: 20_480_000_000, serial: 'D-1' },
        { name: '/dev/sda', size: 1_024_000, model: 'QEMU HARDDISK' },
      ],
      nics: [{ name: 'eth0', mac }],
    },
  })
  t.equal(readReport(output.replace('end\t', '')), undefined, 'cut off')
  t.equal(readReport(''), undefined)
})

for (const [shell, ...args] of [['sh'], ['bash'], ['busybox', 'sh']] as const) {
  t.test(`the script runs in ${[shell, ...args].join(' ')}`, async t => {
    const said = execFileSync(shell, args, { input: reportScript, encoding: 'utf8' })
    const read = readReport(said)
    t.equal(read?.bootId, readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
    t.equal(read?.cmdline, readFileSync('/proc/cmdline', 'utf8').trim())
    t.ok((read?.facts.memory ?? 0) > 1e8)
  })
}

t.test('the proof', async t => {
  const why = (change: Partial<typeof wanted & { bootId: string }>) =>
    whyNotProved(report(), { ...wanted, ...change })
  t.equal(why({}), undefined)
  t.equal(why({ bootId: '11111111-2222' }), undefined)
  t.match(why({ bootId: '3' }), { code: 'ssh-booted-anew' })
  t.match(why({ macs: ['52:54:00:00:00:09' as Mac] }), {
    code: 'ssh-other-machine',
    macs: ['52:54:00:12:34:56'],
  })
  t.match(why({ macs: [] }), { code: 'ssh-other-machine' })
  t.match(why({ phoneHome: `${url}d` }), { code: 'ssh-other-boot' }, 'a longer token')
  t.match(why({ phoneHome: url.slice(0, -1) }), { code: 'ssh-other-boot' }, 'a shorter token')
  const old = { ...report(), cmdline: 'root=/dev/vda1 quiet' }
  t.match(whyNotProved(old, wanted), { code: 'ssh-no-installer' })
  t.match(whyNotProved({ ...report(), macs: [] }, wanted), { code: 'ssh-other-machine', macs: [] })
})

t.test('the installed system is another boot of the same machine', async t => {
  const installed = { ...report(), bootId: '9', cmdline: 'root=/dev/vda1' }
  t.equal(whyNotAnother(installed, { ...wanted, bootId: '1' }), undefined)
  t.match(whyNotAnother({ ...installed, bootId: '1' }, { ...wanted, bootId: '1' }), {
    code: 'ssh-installer-runs',
  })
  t.match(whyNotAnother({ ...report(), bootId: '9' }, wanted), { code: 'ssh-installer-runs' })
  t.match(whyNotAnother({ ...installed, macs: [] }, wanted), { code: 'ssh-other-machine' })
})

t.test('without a login its host key tells', async t => {
  const shown = readHostKeys(['# 10.0.0.1:22 SSH-2.0', '10.0.0.1 ssh-ed25519 AAA', 'x', ''])
  t.strictSame(shown, ['ssh-ed25519 AAA'])
  t.match(whyNoOtherKey(shown, 'ssh-ed25519 AAA'), { code: 'ssh-installer-key' })
  t.equal(whyNoOtherKey(shown, 'ssh-ed25519 BBB'), undefined)
  t.match(whyNoOtherKey([], 'ssh-ed25519 BBB'), { code: 'ssh-no-key-yet' })
  t.match(whyNoOtherKey(shown, undefined), { code: 'ssh-key-unknown' })
})
