import { oneLine } from '../../base/printable.ts'
import type { Host } from '../../boot/host.ts'
import type { Reason } from '../../boot/reason.ts'
import { isNoUuid, isSameUuid } from '../../boot/uuid.ts'
import { type Mac, parseMac } from '../../wire/address.ts'

/** What a machine says of itself over a login. */
export interface MachineReport {
  readonly bootId: string
  readonly cmdline: string
  readonly macs: readonly Mac[]
  readonly facts: MachineFacts
}

/** What is kept of a machine. An agent may send the same with `ready`, and more. Sizes are bytes. */
export interface MachineFacts {
  readonly serial?: string
  readonly uuid?: string
  readonly vendor?: string
  readonly product?: string
  readonly memory?: number
  readonly cpus?: number
  readonly disks: readonly {
    readonly name: string
    readonly size: number
    readonly model?: string
    readonly serial?: string
  }[]
  readonly nics: readonly { readonly name: string; readonly mac: string }[]
}

/** For any POSIX shell with /proc and /sys, busybox too: one line a fact, tabs between its words. */
export const reportScript = `one() { head -n 1 "$1" 2>/dev/null | tr '\\t' ' '; }
say() { printf '%s\\t' "$@"; echo; }
say boot "$(one /proc/sys/kernel/random/boot_id)"
say cmdline "$(one /proc/cmdline)"
for file in /sys/class/net/*/address; do
  nic=\${file%/address}
  say nic "\${nic##*/}" "$(one "$file")"
done
for disk in /sys/block/*; do
  case \${disk##*/} in '*'|loop*|ram*|zram*|sr*|fd*|dm-*|md*|nbd*) continue ;; esac
  serial=$(one "$disk/serial")
  [ -n "$serial" ] || serial=$(one "$disk/device/serial")
  say disk "/dev/\${disk##*/}" "$(one "$disk/size")" "$(one "$disk/device/model")" "$serial"
done
say memory "$(sed -n 's/^MemTotal: *//p' /proc/meminfo)"
say cpus "$(grep -c '^processor' /proc/cpuinfo)"
say serial "$(one /sys/class/dmi/id/product_serial)"
say uuid "$(one /sys/class/dmi/id/product_uuid)"
say vendor "$(one /sys/class/dmi/id/sys_vendor)"
say product "$(one /sys/class/dmi/id/product_name)"
say end
`

/** Reads the output of {@link reportScript}; undefined when it is not whole. */
export function readReport(output: string): MachineReport | undefined {
  const lines = output.split('\n').map(line => line.split('\t').map(word => word.trim()))
  const of = (kind: string) => lines.filter(([word]) => word === kind).map(([, ...rest]) => rest)
  const one = (kind: string) => of(kind)[0]?.[0] ?? ''
  if (of('end').length === 0 || one('boot') === '') return undefined
  const nics = of('nic').flatMap(([name = '', address = '']) => {
    const mac = parseMac(address)
    return mac === undefined || name === 'lo' ? [] : [{ name: oneLine(name), mac }]
  })
  return {
    bootId: one('boot'),
    cmdline: one('cmdline'),
    macs: nics.map(({ mac }) => mac),
    facts: {
      ...text('serial', one('serial')),
      ...text('uuid', one('uuid').toLowerCase()),
      ...text('vendor', one('vendor')),
      ...text('product', one('product')),
      ...number('memory', Number.parseInt(one('memory'), 10) * 1024),
      ...number('cpus', Number.parseInt(one('cpus'), 10)),
      disks: of('disk').map(([name = '', sectors = '', model = '', serial = '']) => ({
        name: oneLine(name),
        // In units of 512 bytes, whatever the disk's own sectors are.
        size: (Number.parseInt(sectors, 10) || 0) * 512,
        ...text('model', model),
        ...text('serial', serial),
      })),
      nics,
    },
  }
}

/** Whose machine this has to be, and which boot of it. */
export interface ExpectedMachine {
  readonly host: string
  /** The phone-home URL of the attempt. */
  readonly phoneHome: string
  readonly macs: readonly Mac[]
  /** Of the boot that proved itself before. */
  readonly bootId?: string
}

/** Why a machine is not the one that is meant; undefined where it is. */
export function whyNotProved(report: MachineReport, wanted: ExpectedMachine): Reason | undefined {
  const words = report.cmdline.split(/\s+/)
  if (!words.includes(`bootwright=${wanted.phoneHome}`)) {
    return words.some(word => word.startsWith('bootwright='))
      ? { code: 'ssh-other-boot' }
      : { code: 'ssh-no-installer' }
  }
  if (!report.macs.some(mac => wanted.macs.includes(mac))) {
    return { code: 'ssh-other-machine', macs: report.macs, host: wanted.host }
  }
  if (wanted.bootId !== undefined && wanted.bootId !== report.bootId) {
    return { code: 'ssh-booted-anew' }
  }
  return undefined
}

/** Why a system that runs before the install is on another machine than the host's; undefined where it is on it. */
export function whyOtherMachine(
  { name, nics, uuid: expected }: Pick<Host, 'name' | 'nics' | 'uuid'>,
  { macs, facts: { uuid } }: MachineReport,
): Reason | undefined {
  if (!macs.some(mac => nics.some(nic => nic.mac === mac))) {
    return { code: 'ssh-other-machine', macs, host: name }
  }
  if (expected === undefined || uuid === undefined || isNoUuid(uuid)) return undefined
  return isSameUuid(uuid, expected) ? undefined : { code: 'running-other-uuid', uuid, expected }
}

function text<K extends string>(key: K, value: string): { [k in K]?: string } {
  const line = oneLine(value)
  return line === '' ? {} : ({ [key]: line } as { [k in K]: string })
}

function number<K extends string>(key: K, value: number): { [k in K]?: number } {
  return Number.isFinite(value) ? ({ [key]: value } as { [k in K]: number }) : {}
}
