import type { Test } from 'tap'
import { type Daemon, type EventRow, showWhenFailed } from './daemon.ts'
import { createSshLab, type SshLab, startSshDaemon, type Way } from './ssh-lab.ts'
import { waitUntil } from './wait.ts'

/** Who installs, and what happens in the middle of it. */
export interface SshStory extends Way {
  readonly firmware: 'bios' | 'uefi'
  /** The power goes once while the installer boots. */
  readonly powerLoss?: true
  /** Before the daemon starts. */
  readonly prepare?: (lab: SshLab) => void
  /** When the SSH server of the installer is up. */
  readonly midway?: (daemon: Daemon, lab: SshLab) => Promise<void>
}

/** The actors once `node1` is installed. */
export interface SshCast {
  readonly lab: SshLab
  readonly daemon: Daemon
  readonly timeline: readonly EventRow[]
}

/**
 * A machine with an empty disk, network first: it is powered on once, gets the installer by PXE, is
 * installed over SSH, reboots, is sent to its disk, and the system there says `up`.
 */
export async function installOverSsh(t: Test, story: SshStory): Promise<SshCast> {
  const lab = await createSshLab()
  t.teardown(() => lab.remove())
  story.prepare?.(lab)
  const mac = '52:54:00:12:34:81'
  const daemon = await startSshDaemon(lab, mac, story)
  showWhenFailed(t, daemon, 'node1')
  const asked = await daemon.cli(['install', 'node1', '--yes'])
  t.equal(asked.code, 0, 'the install is asked for', { stderr: asked.stderr })

  const computer = await lab.addMachine({ firmware: story.firmware, mac })
  if (story.powerLoss) {
    const first = computer.powerOn()
    await first.serial.waitFor(/lab: installer is up/, 150)
    await first.powerOff()
  }
  const machine = computer.powerOn()
  const { serial } = machine
  await serial.waitFor(/lab: installer is up/, 150)
  await serial.waitFor(/lab: SSH server is up/, 30)
  await story.midway?.(daemon, lab)
  await serial.waitFor(/lab: BOOTED FROM DISK/, 180)
  await serial.waitFor(/lab: told up/, 60)
  await machine.powerOff()
  // The system may be up before the deploy has seen the machine go.
  for (const event of ['ready', 'installed']) await lab.hook.waitFor(event, 60)

  const { host, installs } = (await daemon.api('/api/v1/hosts/node1')).body
  const attempt = story.powerLoss ? 2 : 1
  t.match(host, { state: 'installed', attempt, facts: { disks: [{ name: '/dev/vda' }] } })
  t.equal(installs.length, 1, 'one install')
  t.equal(serial.text().split('lab: installer is up').length, 2, 'the installer ran once')
  const timeline = await timelineOf(daemon)
  const proofs = timeline.filter(({ text }) => / has proved itself/.test(text))
  t.match(proofs, [{ text: /^10\.77\.0\.20 / }], 'it proved itself before anything else')
  return { lab, daemon, timeline }
}

/** Waits for a line of the timeline of `node1`. */
export async function told(daemon: Daemon, line: RegExp, seconds: number): Promise<void> {
  await waitUntil(`${line}`, seconds, async () =>
    (await timelineOf(daemon)).find(({ text }) => line.test(text)),
  )
}

async function timelineOf(daemon: Daemon): Promise<EventRow[]> {
  return (await daemon.api('/api/v1/events?host=node1&limit=5000')).body.events
}
