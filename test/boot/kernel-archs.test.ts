import t from 'tap'
import { kernelArchsOf } from '../../src/boot/kernel-archs.ts'
import { readPe } from '../../src/wire/pe-image.ts'

interface Head {
  readonly machine?: number
  readonly signed?: boolean
  readonly linux?: boolean
  readonly flags?: number
  readonly arm64?: boolean
}

/** The first bytes of a kernel, as Debian's vmlinuz and arm64's Image have them. */
function head({ machine, signed, linux, flags = 0, arm64 }: Head): Uint8Array {
  const bytes = new Uint8Array(1024)
  const view = new DataView(bytes.buffer)
  if (machine !== undefined) {
    view.setUint16(0, 0x5a4d, true)
    view.setUint32(0x3c, 0x240, true)
    view.setUint32(0x240, 0x4550, true)
    view.setUint16(0x244, machine, true)
    view.setUint16(0x258, machine === 0x14c ? 0x10b : 0x20b, true)
    if (signed) view.setUint32(0x258 + (machine === 0x14c ? 96 : 112) + 36, 64, true)
  }
  if (linux) bytes.set(Buffer.from('HdrS'), 0x202)
  if (arm64) bytes.set(Buffer.from('ARM\x64'), 0x38)
  bytes[0x236] = flags
  return bytes
}

t.test('where a kernel runs', async t => {
  t.strictSame(kernelArchsOf(head({ linux: true, machine: 0x8664 })), ['bios', 'x64-efi'])
  t.strictSame(kernelArchsOf(head({ linux: true, machine: 0x14c })), ['bios', 'ia32-efi'])
  t.strictSame(kernelArchsOf(head({ linux: true })), ['bios'], 'no EFI stub')
  t.strictSame(
    kernelArchsOf(head({ linux: true, machine: 0x8664, flags: 0x07 })),
    ['bios', 'ia32-efi', 'x64-efi'],
    'mixed mode',
  )
  t.strictSame(kernelArchsOf(head({ arm64: true, machine: 0xaa64 })), [
    'arm64-uboot',
    'rpi',
    'arm64-efi',
  ])
  t.strictSame(kernelArchsOf(head({ machine: 0x5064 })), ['riscv64-efi'])
})

t.test('what is not known is not judged', async t => {
  t.equal(kernelArchsOf(head({})), undefined)
  t.equal(kernelArchsOf(new Uint8Array()), undefined)
  t.equal(kernelArchsOf(head({ machine: 0x1234 })), undefined)
})

t.test('signatures', async t => {
  for (const machine of [0x8664, 0x14c]) {
    t.strictSame(readPe(head({ machine, signed: true })), { machine, signed: true })
    t.strictSame(readPe(head({ machine })), { machine, signed: false })
  }
  const far = head({ machine: 0x8664 })
  new DataView(far.buffer).setUint32(0x3c, 0xfffffff0, true)
  t.equal(readPe(far), undefined)
})
