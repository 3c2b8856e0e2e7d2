import type { EventRow } from './daemon.ts'

/** Prints what happens, each line with the seconds since the first. */
export interface Steps {
  say(text: string): void
  /** A step that is drawn again and again until it is full. */
  bar(percent: number, text: string): void
}

/** Steps on stdout; on a terminal a bar stays on its line. */
export function createSteps(out: NodeJS.WriteStream): Steps {
  const start = performance.now()
  let open = false
  let step = 0
  const clock = () => `${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s`
  const close = () => {
    if (open) out.write('\n')
    open = false
  }
  return {
    say: text => {
      close()
      step += 1
      out.write(`${clock()}  ${String(step).padStart(2)}. ${text}\n`)
    },
    bar: (percent, text) => {
      const full = Math.round(percent / 5)
      const line = `${clock()}      [${'#'.repeat(full).padEnd(20, '.')}] ${percent} % ${text}`
      if (!out.isTTY) out.write(`${line}\n`)
      else out.write(`${open ? '\r\x1b[K' : ''}${line}`)
      open = out.isTTY === true
    },
  }
}

const serialSteps: readonly (readonly [RegExp, string])[] = [
  [/^SeaBIOS/, 'firmware starts'],
  [/^iPXE initialising devices/, 'the network card boots: its iPXE asks for an address'],
  [/^Configuring \(net0.*ok/, 'iPXE has its address (it also looked for IPv6 routers, in vain)'],
  [/^lab: installer is up/, 'the installer runs'],
  [/^lab: writing .* to /, 'the installer writes the disk'],
  [/^lab: disk written/, 'the disk is written'],
  [/^lab: powers off/, 'the machine powers itself off'],
  [/^Booting from SAN device/, 'iPXE starts the disk'],
  [/^SYSLINUX/, "the disk's own boot loader runs"],
]

/** What a line of the machine's console means to a watcher, if anything. */
export function stepOfSerial(line: string): string | undefined {
  return serialSteps.find(([pattern]) => pattern.test(line.trimStart()))?.[1]
}

/** What a line of the host's timeline means to a watcher, if anything. */
export function stepOfEvent({ host, kind, text }: EventRow): string | undefined {
  switch (kind) {
    case 'dhcp':
      return dhcpStep(text)
    case 'state':
      return `${host}: ${text}`
    case 'script':
    case 'asset':
      return text
    case 'file':
      return text
    case 'phone-home':
      return text.startsWith('progress') ? undefined : `phone home: ${text}`
    default:
      return undefined
  }
}

function dhcpStep(text: string): string | undefined {
  const offer = /^DHCP DISCOVER \(([\w-]+), [^)]*\) -> [^:]*?(\d[\d.]+)(?:, ([^:]+))?/.exec(text)
  if (offer === null) return undefined
  const [, stage, address, boot = 'nothing to boot'] = offer
  return `offered to ${stage === 'ipxe' ? 'iPXE' : 'the firmware'}: ${address}, ${boot}`
}

/** Percent and text of a progress event. */
export function progressOf({
  kind,
  text,
}: EventRow): { percent: number; text: string } | undefined {
  const match = kind === 'phone-home' ? /^progress (\d+) %(?:: (.*))?/.exec(text) : null
  return match === null ? undefined : { percent: Number(match[1]), text: match[2] ?? '' }
}
