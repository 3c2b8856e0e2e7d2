import t from 'tap'
import { renderScript } from '../../../src/boot/loaders/ipxe.ts'
import type { ScriptContent } from '../../../src/boot/script.ts'
import { golden } from '../../golden.ts'

const url = 'http://10.77.0.1:8080'
const kernel = `${url}/assets/images/debian/linux`
const first = `${url}/assets/images/debian/initrd.gz`
const cmdline = `console=ttyS0 bootwright=${url}/phone-home/TOKEN BOOTIF=01-52-54-00-12-34-56`

function boot(title: string, initrd: readonly string[], line = cmdline): ScriptContent {
  return { kind: 'boot', title, image: { kernel, initrd, cmdline: line } }
}

/** The file of each row holds the whole script. */
const scripts: readonly [file: string, content: ScriptContent][] = [
  ['one-initrd', boot('node1 installs debian, attempt 1', [first])],
  [
    'three-initrds',
    boot('node1 boots rescue', [first, `${url}/assets/microcode.img`, `${url}/assets/@0a1b/own`]),
  ],
  ['no-initrd', boot('node1 boots memtest', [])],
  [
    'lines-of-cmdline',
    boot('node1 installs debian', [first], `\n  console=tty0\n\tconsole=ttyS0\r\n  ${cmdline}\n`),
  ],
  ['local', { kind: 'local', reason: 'Disk: node1 is idle: no install was asked' }],
  ['find', { kind: 'find', url }],
]

for (const [file, content] of scripts) {
  t.test(`the whole script ${file}`, async t => {
    const script = renderScript(content)
    t.equal(script, golden(`scripts/${file}.ipxe`, script))
    t.equal(renderScript(content), script, 'the same bytes for the same content')
  })
}

const hostile = [
  'a\nchain http://evil.example/',
  'a\r\nsanboot',
  `the \${password} of \${netX/mac}`,
  'a || goto evil',
  'a && goto evil',
  'a ; goto evil',
  '# not a comment',
  'quoted "text" and `more`',
  'back\\slash',
  'ünïcödé \u202e and \u0000 and \u001b[2J',
]

const onScreen = (text: string): ScriptContent[] => [
  boot(text, []),
  { kind: 'local', reason: text },
]

for (const text of hostile) {
  t.test(`${JSON.stringify(text)} on the screen is only text`, async t => {
    for (const [index, content] of onScreen(text).entries()) {
      const [shebang, echo, ...rest] = renderScript(content).split('\n')
      const usual = renderScript(onScreen('X')[index] ?? content).split('\n')
      t.equal(shebang, '#!ipxe')
      t.match(echo, /^echo [A-Za-z0-9 ._:/,()'+=@%?-]*$/)
      t.strictSame(rest, usual.slice(2), 'the rest of the script is what it always is')
    }
  })
}

t.test('what hostile text becomes', async t => {
  const script = renderScript({ kind: 'local', reason: `a\n\${password} || # b` })
  t.equal(script.split('\n')[1], 'echo a???password? ?? ? b')
})

t.test('an initrd is named on the kernel line, as UEFI builds before 2021 need it', async t => {
  const script = renderScript(boot('x', [first, first]))
  t.match(script, `kernel --name kernel ${kernel} initrd=initrd0 initrd=initrd1 console=ttyS0 `)
})

t.test('iPXE settings of the operator stay in the command line', async t => {
  const script = renderScript(boot('x', [], `ip=\${net0/ip} ${cmdline}`))
  t.match(script, `${kernel} ip=\${net0/ip} console=ttyS0`)
})

t.test('the pauses double from 1 s to 32 s, then the disk: seven tries', async t => {
  const lines = renderScript(boot('x', [])).split('\n')
  t.ok(lines.includes('set wait:int32 1'))
  t.ok(lines.includes(`inc wait \${wait}`))
  t.ok(lines.includes(`iseq \${wait} 64 && goto local ||`))
  const downloads = lines.filter(line => /^(kernel|initrd|boot)\b/.test(line))
  for (const line of downloads) t.match(line, /\|\| goto later$/)
})

t.test('every label that is jumped to exists, and no line is without an end', async t => {
  for (const [, content] of scripts) {
    const script = renderScript(content)
    t.ok(script.endsWith('\n'))
    for (const [, label] of script.matchAll(/goto (\w+)/g)) t.match(script, `\n:${label}\n`)
  }
})
