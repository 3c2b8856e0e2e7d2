import { amount } from '../../base/amount.ts'
import { html } from './html.ts'

type Told = Readonly<Record<string, unknown>>

/** A machine's hardware as people read it; what came is from the wire and may be anything. */
export function MachineParts({ facts }: { facts: unknown }) {
  const rows = hardwareRows(facts)
  if (rows.length === 0) return undefined
  return html`<dl class="facts" aria-label="Hardware">
    ${rows.map(([name, value], n) => html`<div key=${n}><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`
}

/** Whether facts are of the agent, all of which are shown by {@link MachineParts}. */
export function isHardware(facts: unknown): boolean {
  const { disks, nics, firmware } = fieldsOf(facts)
  return Array.isArray(disks) && Array.isArray(nics) && typeof firmware === 'object'
}

function hardwareRows(facts: unknown): [string, string][] {
  const { vendor, model, serial, uuid, firmware, cpus, cpu, memory, disks, nics } = fieldsOf(facts)
  const rows: [string, string][] = [
    ['Machine', joined(' ', vendor, model)],
    ['Serial', text(serial)],
    ['UUID', text(uuid)],
    ['Firmware', firmwareOf(fieldsOf(firmware))],
    ['Processors', joined(' × ', cpus, cpu)],
    ['Memory', memoryOf(memory)],
    ...listOf(disks).map((disk): [string, string] => ['Disk', diskOf(disk)]),
    ...listOf(nics).map((nic): [string, string] => ['Card', cardOf(nic)]),
  ]
  return rows.filter(([, value]) => value !== '')
}

function firmwareOf({ vendor, version, mode, secureBoot }: Told): string {
  const secure = secureBoot === true ? 'Secure Boot on' : ''
  return joined(', ', text(mode).toUpperCase(), joined(' ', vendor, version), secure)
}

function diskOf({ name, model, size, bus, serial, health }: Told): string {
  const state = health === 'failing' ? 'it says that it fails' : ''
  const number = text(serial) === '' ? '' : `serial ${text(serial)}`
  return joined(' · ', name, model, bytesOf(size), bus, number, state)
}

function cardOf({ name, mac, driver, speed, link, switch: its }: Told): string {
  const fast = typeof speed === 'number' ? `${speed} Mbit/s` : ''
  const { name: leaf, port, description } = fieldsOf(its)
  const where = joined(' ', leaf, port, text(description) === '' ? '' : `(${text(description)})`)
  return joined(' · ', name, mac, driver, fast, link === true ? '' : 'no link', where)
}

function memoryOf(bytes: unknown): string {
  if (typeof bytes !== 'number' || !(bytes > 0)) return ''
  const gibibytes = bytes / 2 ** 30
  return `${gibibytes.toFixed(Number.isInteger(gibibytes) ? 0 : 1)} GiB`
}

function bytesOf(bytes: unknown): string {
  return typeof bytes === 'number' && bytes > 0 ? amount(bytes) : ''
}

function joined(between: string, ...parts: readonly unknown[]): string {
  return parts.map(text).filter(Boolean).join(between)
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 200) : ''
}

function fieldsOf(value: unknown): Told {
  return typeof value === 'object' && value !== null ? (value as Told) : {}
}

function listOf(value: unknown): Told[] {
  return Array.isArray(value) ? value.map(fieldsOf) : []
}
