import { resolve } from 'node:path'
import { given } from '../base/given.ts'
import type { Callback, CallbackEvent, NixosAnywhereCallback } from '../boot/callback.ts'
import type { Attempt, Install, NewDelivery, NixosOptions, Target } from '../boot/install.ts'
import type { Transition } from '../boot/life.ts'
import { type HttpProxy, proxyBeside, proxyEnv, proxyFor, proxyNames } from '../boot/proxy.ts'
import { sentenceOf } from '../boot/words/reason.ts'
import { unspecified } from '../wire/address.ts'
import { formatIpAddress } from '../wire/ip-address.ts'
import type { InstallDeps } from './deps.ts'
import { bootContext } from './prepare.ts'
import { asUrl, asWord, inUrl, type Render } from './said.ts'

/** What came with an event, for its callbacks. */
export interface Circumstance {
  readonly message?: string
  readonly facts?: unknown
  /** The install the host has from now on, when it was just asked for. */
  readonly install?: Install
}

/** The callbacks that a step makes due: those that report its event, and the one that installs. */
export function dueCallbacks(
  install: Install,
  step: Transition,
  circumstance: Circumstance,
  deps: InstallDeps,
): NewDelivery[] {
  const { callbacks, deploy } = install.spec.profile
  const { notify } = step
  const reports = notify ? callbacks.filter(({ when }) => when.includes(notify)) : []
  const starts = step.deploy === 'start' ? deploy : undefined
  // The facts may be long, and most steps, those of packets among them, make nothing due.
  if (reports.length === 0 && !starts) return []
  const moment = momentOf(install, step, circumstance, deps)
  return [
    ...(notify ? reports.map(one => deliveryOf(one, 'report', notify, moment, deps)) : []),
    ...(starts ? [deliveryOf(starts, 'deploy', 'ready', moment, deps)] : []),
  ]
}

interface Moment {
  readonly install: Install
  readonly attempt: Attempt | undefined
  readonly number: number
  readonly message: string | undefined
  readonly facts: unknown
}

function momentOf(
  install: Install,
  step: Transition,
  said: Circumstance,
  deps: InstallDeps,
): Moment {
  const { memory } = deps
  const message = said.message ?? (step.notify === 'failed' ? sentenceOf(step.life.why) : undefined)
  return {
    install,
    attempt: memory.installs.currentAttempt(install.host, install.id),
    number: step.life.attempt,
    message,
    facts: said.facts ?? memory.hosts.facts(install.host),
  }
}

function deliveryOf(
  callback: Callback,
  role: 'report' | 'deploy',
  event: CallbackEvent,
  moment: Moment,
  deps: InstallDeps,
): NewDelivery {
  const { install, number } = moment
  return {
    key: `${install.id}/${number}/${callback.name}/${event}`,
    host: install.host,
    install: install.id,
    attempt: number,
    callback: callback.name,
    event,
    role,
    target: targetOf(callback, event, moment, deps),
    body: JSON.stringify(bodyOf(event, moment, deps.now())),
  }
}

/** The body of a webhook. Keys that have no value are left out. */
function bodyOf(event: CallbackEvent, moment: Moment, now: number) {
  const { install, attempt, number, message, facts } = moment
  return {
    event,
    host: install.host,
    mac: attempt?.mac ?? install.spec.host.nics[0]?.mac,
    address: addressOf(moment) || undefined,
    profile: install.profile,
    install: install.id,
    attempt: number,
    at: new Date(now).toISOString(),
    message,
    facts,
  }
}

/** A template can still fail on what only a real install knows, such as a fact nobody sent. */
function targetOf(
  callback: Callback,
  event: CallbackEvent,
  moment: Moment,
  deps: InstallDeps,
): Target {
  const { timeout } = callback
  const render = (template: string) => deps.render(template, contextOf(event, moment, deps))
  try {
    if (callback.kind === 'webhook') {
      const { secretFile } = callback
      const inside = inUrl(contextOf(event, moment, deps))
      const url = asUrl(template => deps.render(template, inside))(callback.url)
      const proxy = proxyFor(url, proxyOf(moment, deps))
      const more = { ...given('secretFile', secretFile), ...given('proxy', proxy) }
      return { kind: 'webhook', url, timeout, ...more }
    }
    const env = environment(event, moment, proxyOf(moment, deps))
    switch (callback.kind) {
      case 'command':
        return {
          kind: 'command',
          run: callback.run.map(asWord(render)),
          cwd: callback.cwd,
          env,
          timeout,
        }
      case 'ssh': {
        const { script, args } = callback
        const vars = { ...env, ...mapValues(callback.env, render) }
        return { kind: 'ssh', script, args: args.map(asWord(render)), vars, env, timeout }
      }
      case 'nixosAnywhere': {
        const options = renderNixos(callback, asWord(render))
        return { kind: 'nixosAnywhere', options, cwd: callback.cwd, env, timeout }
      }
    }
  } catch (error) {
    return { kind: 'broken', reason: error instanceof Error ? error.message : String(error) }
  }
}

function renderNixos(callback: NixosAnywhereCallback, render: Render): NixosOptions {
  const { kind: _, name: _n, when: _w, cwd, timeout: _t, ...rest } = callback
  const { source, extraFiles, kexec } = callback
  const path = (template: string) => resolve(cwd, render(template))
  return {
    ...rest,
    source:
      'flake' in source
        ? { flake: render(source.flake) }
        : { disko: render(source.disko), system: render(source.system) },
    ...(extraFiles !== undefined && { extraFiles: path(extraFiles) }),
    diskEncryptionKeys: mapValues(callback.diskEncryptionKeys, path),
    ...(kexec !== undefined && { kexec: render(kexec) }),
    extraArgs: callback.extraArgs.map(render),
  }
}

function mapValues(map: Readonly<Record<string, string>>, change: Render): Record<string, string> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]))
}

function contextOf(event: CallbackEvent, moment: Moment, deps: InstallDeps) {
  const { install, attempt, number, message, facts } = moment
  const mac = install.spec.host.nics[0]?.mac
  const boot = { install: install.id, number, token: '', mac, address: unspecified }
  const context = attempt?.content.context ?? bootContext(install.spec, boot, deps.place())
  const heard = { number, address: addressOf(moment) }
  // Attempts of older versions do not tell it.
  const proxy = proxyNames(proxyOf(moment, deps))
  return { proxy, ...context, attempt: heard, event, message: message ?? '', facts: facts ?? {} }
}

function proxyOf({ install }: Moment, deps: InstallDeps): HttpProxy | undefined {
  return proxyBeside(deps.place().serverUrl, install.spec.profile.proxy)
}

/** What a command finds in its environment besides PATH and HOME. */
function environment(
  event: CallbackEvent,
  moment: Moment,
  proxy: HttpProxy | undefined,
): Record<string, string> {
  const { install, attempt, number, message } = moment
  return {
    BOOTWRIGHT_EVENT: event,
    BOOTWRIGHT_HOST: install.host,
    BOOTWRIGHT_MAC: attempt?.mac ?? install.spec.host.nics[0]?.mac ?? '',
    BOOTWRIGHT_ADDRESS: addressOf(moment),
    BOOTWRIGHT_PROFILE: install.profile,
    BOOTWRIGHT_INSTALL: install.id,
    BOOTWRIGHT_ATTEMPT: String(number),
    BOOTWRIGHT_PHONE_HOME: attempt?.content.phoneHome ?? '',
    BOOTWRIGHT_MESSAGE: message ?? '',
    ...proxyEnv(proxyNames(proxy)),
  }
}

/** Where the machine was last heard. */
function addressOf({ attempt }: Moment): string {
  return attempt ? formatIpAddress(attempt.proof?.address ?? attempt.address) : ''
}
