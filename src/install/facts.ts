import { addedFacts } from '../boot/facts.ts'
import type { Memory } from './deps.ts'

/** Keeps what a host's machine told of itself, beside what it told before. */
export function addFacts(host: string, told: unknown, { hosts }: Pick<Memory, 'hosts'>): void {
  hosts.saveFacts(host, addedFacts(hosts.facts(host), told))
}
