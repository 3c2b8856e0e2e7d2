import {
  adoptSpec,
  agentSpec,
  captureSpec,
  eraseSpec,
  erasuresSpec,
  forgetSpec,
} from './adopt-specs.ts'
import * as api from './api-specs.ts'
import type { CommandSpec } from './args.ts'
import type { Io } from './io.ts'
import { mediaSpec } from './local/media-spec.ts'
import * as local from './local/specs.ts'
import { readySpec, storeSpec } from './local/store-spec.ts'
import { bmcSpec, consoleSpec, powerSpec } from './power-specs.ts'

/** Runs a command with what follows its name, and returns its exit code. */
export type RunCommand = (
  argv: string[],
  io: Io,
  all: readonly CommandSpec[],
) => number | Promise<number>

interface LazyCommand {
  readonly spec: CommandSpec
  /** Loaded when it is needed: a command line that only asks must not wait for the whole daemon. */
  readonly load: () => Promise<RunCommand>
}

/** All commands in the order of the usage text, which is made of them, as completion and manual page are. */
export const everyCommand: readonly LazyCommand[] = [
  { spec: local.initSpec, load: async () => (await import('./local/init.ts')).run },
  { spec: local.serveSpec, load: async () => (await import('./local/commands.ts')).serveCommand },
  { spec: local.checkSpec, load: async () => (await import('./local/commands.ts')).checkCommand },
  {
    spec: local.explainSpec,
    load: async () => (await import('./local/commands.ts')).explainCommand,
  },
  { spec: local.schemaSpec, load: async () => (await import('./local/commands.ts')).schemaCommand },
  { spec: api.hostsSpec, load: async () => (await import('./hosts.ts')).run },
  { spec: api.showSpec, load: async () => (await import('./show.ts')).run },
  { spec: api.doctorSpec, load: async () => (await import('./doctor.ts')).run },
  { spec: api.eventsSpec, load: async () => (await import('./events.ts')).run },
  { spec: api.watchSpec, load: async () => (await import('./watch.ts')).run },
  { spec: api.leasesSpec, load: async () => (await import('./leases.ts')).run },
  { spec: api.unknownSpec, load: async () => (await import('./unknown.ts')).run },
  { spec: api.imagesSpec, load: async () => (await import('./images.ts')).run },
  { spec: local.pullSpec, load: async () => (await import('./local/pull.ts')).run },
  { spec: local.outdatedSpec, load: async () => (await import('./local/outdated.ts')).run },
  { spec: local.importSpec, load: async () => (await import('./local/import.ts')).run },
  { spec: agentSpec, load: async () => (await import('./local/agent.ts')).run },
  { spec: mediaSpec, load: async () => (await import('./local/media.ts')).run },
  { spec: local.probeSpec, load: async () => (await import('./local/probe.ts')).run },
  { spec: adoptSpec, load: async () => (await import('./local/adopt.ts')).adopt },
  { spec: forgetSpec, load: async () => (await import('./local/adopt.ts')).forget },
  { spec: api.installSpec, load: async () => (await import('./install.ts')).run },
  { spec: captureSpec, load: async () => (await import('./capture.ts')).run },
  { spec: eraseSpec, load: async () => (await import('./erase.ts')).run },
  { spec: erasuresSpec, load: async () => (await import('./erasures.ts')).run },
  { spec: api.cancelSpec, load: async () => (await import('./cancel.ts')).run },
  { spec: powerSpec, load: async () => (await import('./power.ts')).run },
  { spec: bmcSpec, load: async () => (await import('./bmc.ts')).run },
  { spec: consoleSpec, load: async () => (await import('./console.ts')).run },
  { spec: api.daemonsSpec, load: async () => (await import('./daemons.ts')).run },
  { spec: api.reloadSpec, load: async () => (await import('./reload.ts')).run },
  { spec: api.drainSpec, load: async () => (await import('./drain.ts')).run },
  { spec: local.healthySpec, load: async () => (await import('./local/healthy.ts')).run },
  { spec: readySpec, load: async () => (await import('./local/ready.ts')).run },
  { spec: storeSpec, load: async () => (await import('./local/store.ts')).run },
  { spec: api.versionSpec, load: async () => (await import('./local/version.ts')).run },
  { spec: local.completionSpec, load: async () => (await import('./completion.ts')).run },
  { spec: local.manSpec, load: async () => (await import('./man.ts')).run },
]

/** What each of them accepts. */
export const everySpec: readonly CommandSpec[] = everyCommand.map(({ spec }) => spec)
