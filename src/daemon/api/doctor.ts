import { closeSync, openSync, readSync } from 'node:fs'
import { given } from '../../base/given.ts'
import type { EventRecord } from '../../boot/event-record.ts'
import type { Host } from '../../boot/host.ts'
import { kernelArchsOf } from '../../boot/kernel-archs.ts'
import type { Verdict } from '../../boot/verdict.ts'
import { sentenceOf } from '../../boot/words/reason.ts'
import { diagnose } from '../../doctor/diagnose.ts'
import { ago } from '../../doctor/evidence.ts'
import { storyOf } from '../../doctor/step.ts'
import { takeSpec } from '../../install/spec.ts'
import type { Mac } from '../../wire/address.ts'
import { readPe } from '../../wire/pe-image.ts'
import type { HttpParts } from '../parts.ts'
import { heardConsole } from './heard-console.ts'
import { showStranger } from './show-network.ts'

/** Lines of a timeline that the doctor looks at. */
export const longestStory = 1000
const headBytes = 4096

type DoctorParts = Pick<
  HttpParts,
  'world' | 'memory' | 'lives' | 'specDeps' | 'held' | 'power' | 'consoles' | 'routers'
>

/** What is wrong with a host, from the last lines of its timeline and from the files that it needs. */
export function doctorOf(
  host: Host,
  timeline: readonly EventRecord[],
  parts: DoctorParts,
  now = Date.now(),
): Verdict[] {
  const { world, memory, lives, specDeps } = parts
  const { install } = memory.hosts.get(host.name) ?? {}
  const { profile } = host
  const spec = profile && takeSpec(host, {}, specDeps)
  const kernelArchs = profile && kernelArchsOf(headOf(profile.kernel) ?? new Uint8Array())
  return diagnose({
    host,
    life: lives.lifeOf(host.name),
    steps: storyOf(timeline),
    deliveries: memory.deliveries.ofHost(host.name, 50).filter(one => one.install === install),
    missing: spec && 'refused' in spec ? [sentenceOf(spec.refused)] : [],
    ...(kernelArchs && { kernelArchs }),
    isSigned(loader) {
      const path = world.loaders().get(loader)
      const head = path === undefined ? undefined : headOf(path)
      return head && readPe(head)?.signed
    },
    ...given('heard', parts.power.heard(host)),
    ...given('console', heardConsole(host.name, lives.lifeOf(host.name).state, parts.consoles)),
    held: parts.held().map(({ network }) => network),
    routers: parts.routers.all(),
    now,
  })
}

/** What there is to say of a machine that asked and is not in the config; undefined of any other. */
export function doctorOfStranger(
  mac: Mac,
  parts: Pick<HttpParts, 'world' | 'strangerRing' | 'strangers' | 'now'>,
): Verdict | undefined {
  const { world, strangerRing, now } = parts
  const found = strangerRing.list().find(([other]) => other === mac)
  if (!found || world.hostOf(mac)) return undefined
  const { text, at, entry } = showStranger(found, parts)
  const [name = '', line = ''] = entry.split('\n').map(part => part.trim())
  return {
    id: 'not-in-config',
    title: 'It is not in the config',
    evidence: [`${ago(now() - Date.parse(at))}: ${text}`],
    advice: `Write \`${name} { ${line} }\` under \`hosts:\` of the config, with a profile, and run \`bootwright reload\`.`,
  }
}

/** The first bytes of a file; `undefined` for one that cannot be read. */
function headOf(path: string): Uint8Array | undefined {
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    const head = new Uint8Array(headBytes)
    return head.subarray(0, readSync(file, head, 0, headBytes, 0))
  } catch {
    return undefined
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
