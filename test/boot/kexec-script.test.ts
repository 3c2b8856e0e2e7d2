import t from 'tap'
import { type KexecContent, renderKexec } from '../../src/boot/kexec-script.ts'
import { golden } from '../golden.ts'
import { shellcheck } from '../shellcheck.ts'

const part = (name: string) => ({
  url: `http://10.77.0.1:8080/assets/images/debian/${name}`,
  bytes: 5_000_000,
  sha256: name.length.toString(16).repeat(64),
})
const content: Extract<KexecContent, { kind: 'boot' }> = {
  kind: 'boot',
  title: 'node1 installs debian, attempt 1',
  kernel: part('linux'),
  initrd: [part('initrd.gz'), { url: 'http://10.77.0.1:8080/files/t/keys.cpio', bytes: 512 }],
  cmdline: 'auto=true bootwright=http://10.77.0.1:8080/phone-home/t BOOTIF=01-52-54-00-12-34-56',
  preview: false,
}
const nasty = `it's $(reboot) \`reboot\` "x" \\ #!\nreboot\n'; reboot; '`

const contents: Readonly<Record<string, KexecContent>> = {
  'two initrds': content,
  'no initrd': { ...content, initrd: [] },
  'a kexec that comes along': { ...content, kexec: part('kexec') },
  'a preview': { ...content, preview: true },
  'settings of iPXE': { ...content, cmdline: `ip=\${netX/ip}` },
  'nasty text': { ...content, title: nasty, cmdline: nasty, kernel: { ...part('x'), url: nasty } },
  'a refusal': { kind: 'refuse', reason: nasty },
}
for (const [what, content] of Object.entries(contents)) {
  t.test(`${what}: shellcheck has nothing to say`, async t => {
    t.equal(shellcheck(renderKexec(content)), '')
  })
}

t.test('the whole script', async t => {
  const script = renderKexec(content)
  t.equal(script, golden('scripts/kexec.sh', script))
})

t.test('a refusal says why and fails', async t => {
  const script = renderKexec({ kind: 'refuse', reason: 'node1 is idle: no install was asked' })
  const line = "printf '%s\\n' 'bootwright: node1 is idle: no install was asked' >&2"
  t.equal(script, `#!/bin/sh\n# shellcheck disable=SC2016\n${line}\nexit 1\n`)
})
