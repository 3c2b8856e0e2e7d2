import { setTimeout as sleep } from 'node:timers/promises'
import { run } from '../../test/lab/command.ts'
import { boot, type Field, server, victim } from './field.ts'

/** What is done beside a flood, or instead of one that comes by the wire. */
export interface Scene {
  before?(field: Field, token: string): Promise<unknown>
  meanwhile?(field: Field, seconds: number): Promise<Readonly<Record<string, number>>>
  after?(field: Field): Promise<unknown>
}

const attackersAddress = ({ attacker }: Field, deed: 'add' | 'del') =>
  run(['ip', '-n', attacker.namespace, 'address', deed, `${victim}/32`, 'dev', 'eth0'])

export const scenes: Readonly<Record<string, Scene>> = {
  'A1 the same from its address while it is off, 200/s': {
    before: field => attackersAddress(field, 'add'),
    after: field => attackersAddress(field, 'del'),
  },
  'B7 DISCOVERs with the MAC of a host with as many facts as it may have, 29/s': {
    before: ({ installed }, token) => {
      // A form beside an event in the query is what cloud-init posts, and kept as facts.
      const facts = Array.from({ length: 256 }, (_, n) => `k${n}=${'v'.repeat(40)}`)
      const url = `http://${server}:8080/phone-home/${token}?event=progress`
      return installed.ask(url, facts.join('&'))
    },
  },
  'B9 a deploy that never stops talking, here': {
    before: field => boot(field, 'chatty'),
    meanwhile: resting,
  },
  'B9 the same over SSH': {
    async before(field) {
      await boot(field, 'chatty-ssh')
      // Looked for every three seconds, then it has to prove itself.
      await sleep(8000)
    },
    meanwhile: resting,
  },
  'B15 a console that never stops talking, followed by eight': {
    async meanwhile({ attacker }, seconds) {
      const asked = [
        ...[
          '-s',
          '-N',
          '-o',
          '/dev/null',
          '-w',
          '%{size_download}',
          '-H',
          'Accept: text/event-stream',
        ],
        ...['-H', 'Authorization: Bearer a-token-that-only-reads', '-m', `${seconds}`],
      ]
      const url = `http://${server}:8080/api/v1/hosts/d1/console`
      const curl = [
        'ip',
        'netns',
        'exec',
        attacker.namespace,
        'sh',
        '-c',
        'curl "$@" || true',
        'sh',
      ]
      const sizes = await Promise.all(
        Array.from({ length: 8 }, () => run([...curl, ...asked, url])),
      )
      return { bytes: sizes.reduce((sum, size) => sum + Number(size), 0) }
    },
  },
  'B14 SIGHUP, 100 a second': {
    async meanwhile({ daemon }, seconds) {
      for (let sent = 0; sent < seconds * 100; sent++) {
        process.kill(daemon.pid, 'SIGHUP')
        await sleep(10)
      }
      return { sent: seconds * 100 }
    },
  },
}

async function resting(_field: Field, seconds: number) {
  await sleep(seconds * 1000)
  return {}
}
