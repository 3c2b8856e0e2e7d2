import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { stringify } from 'yaml'
import { amount } from '../../base/amount.ts'
import type { HttpProxy } from '../../boot/proxy.ts'
import { addProfile } from '../../config/add-profile.ts'
import type { Config } from '../../config/config.ts'
import { formatProblem, loadConfig, parseConfig } from '../../config/load.ts'
import { readMedia } from '../../config/media.ts'
import { pullImage } from '../../daemon/pull-image.ts'
import { type Catalogue, PullError } from '../../pull/catalogue.ts'
import { checkCatalogue } from '../../pull/check.ts'
import { dispatcherOf, type Source } from '../../pull/download.ts'
import { mirrorOf, type Order, orderOf } from '../../pull/order.ts'
import { ourConfig, readCatalogue } from '../../pull/ours.ts'
import type { Origin } from '../../pull/verified-files.ts'
import { type Image, imageBytes, readImage } from '../../system/images.ts'
import { ImportError } from '../../system/import-image.ts'
import type { Values } from '../args.ts'
import { exit, Failure, type Io } from '../io.ts'
import { type Given, runParsed } from '../run-parsed.ts'
import { Interrupted, untilInterrupted } from './interrupted.ts'
import { createBar } from './progress-bar.ts'
import { pullSpec as spec } from './specs.ts'

/** `bootwright pull`: fetches boot media of the catalogue, verified, whole or not at all. */
export function run(argv: readonly string[], io: Io): Promise<number> {
  return runParsed(spec, argv, io, async given => {
    try {
      return await pull(given, io)
    } catch (error) {
      if (error instanceof Interrupted) {
        const rest = 'what was fetched is kept, and the next run goes on with it'
        throw new Failure(`interrupted; no image was changed; ${rest}`, exit.no)
      }
      if (!(error instanceof PullError) && !(error instanceof ImportError)) throw error
      throw new Failure(`${error.message}; no image was changed`, exit.no)
    }
  })
}

async function pull({ values, words }: Given, io: Io): Promise<number> {
  const own = values.text('catalogue')
  const catalogue = readCatalogue(own && resolve(own))
  if (values.has('check-catalogue')) return checkAll(catalogue, values, io)
  const [what] = words
  if (what === undefined) return list(catalogue, io)
  const config = readConfig(values.text('config') ?? 'bootwright.yaml')
  const mirror = values.text('mirror') ?? mirrorOf(what, config.mirror)
  const order = orderOf(catalogue, { what, arch: values.text('arch'), mirror })
  await untilInterrupted(io, signal => fetchImage(order, config, values, { ...io, signal }))
  if (order.unverified) {
    io.stderr.write('! where it is published was not tried before: say so if it is elsewhere\n')
  }
  if (values.has('add')) add(order, config, values.text('config'), io)
  else io.stdout.write(`\nTo paste under \`profiles:\`, or say --add:\n\n${profileText(order)}`)
  return exit.done
}

async function fetchImage(order: Order, config: Config, values: Values, io: Io): Promise<void> {
  const bar = createBar(io)
  const images = join(config.assets, 'images')
  const offline = values.text('offline')
  const origin: Origin =
    offline === undefined
      ? { kind: 'web', source: sourceOf(values, config, io, bar.show) }
      : { kind: 'folder', folder: resolve(offline) }
  io.stderr.write(`${order.title}, ${order.version} for ${order.arch}\n`)
  const folder = join(images, order.name)
  const before = readImage(folder, readMedia)
  const umask = process.umask(0o022)
  try {
    const image = await pullImage(order, images, origin, bar.show, io.signal)
    bar.close()
    const size = amount(imageBytes(image))
    io.stdout.write(`${folder}: ${size}, verified${comparedTo(before, image)}\n`)
  } catch (error) {
    bar.close()
    throw error
  } finally {
    process.umask(umask)
  }
}

/** What a publisher has done under the same name since this image was fetched. */
function comparedTo(before: Image | undefined, { source, files }: Image): string {
  const same = ['name', 'version', 'arch'] as const
  if (!before?.source || same.some(key => before.source?.[key] !== source?.[key])) return ''
  const sums = (all: Image['files']) => all.map(({ name, sha256 }) => `${name} ${sha256}`).join()
  const day = before.source.at.slice(0, 10)
  return sums(before.files) === sums(files)
    ? `; the same as that of ${day}`
    : `; its publisher has replaced that of ${day}`
}

function sourceOf(
  values: Values,
  config: Config | undefined,
  io: Io,
  show: (done: number, total: number, name: string) => void,
): Source {
  const named = values.text('proxy')
  if (named !== undefined && !/^https?:\/\//.test(named)) {
    throw new Failure(`--proxy is a URL such as http://proxy:3128, not "${named}"`, exit.usage)
  }
  return {
    dispatcher: dispatcherOf(named === undefined ? config?.proxy : everything(named)),
    progress: (done, total, url) => show(done, total ?? done, url.split('/').at(-1) ?? url),
    signal: io.signal,
  }
}

/** Who names a proxy for one run means all of it. */
function everything(proxy: string): HttpProxy {
  return { http: proxy, https: proxy, except: [] }
}

async function checkAll(catalogue: Catalogue, values: Values, io: Io): Promise<number> {
  const file = values.text('config')
  const config = file === undefined ? undefined : readConfig(file)
  const source = sourceOf(values, config, io, () => undefined)
  const folder = join(process.cwd(), '.bootwright-check')
  mkdirSync(folder, { recursive: true })
  let good = true
  try {
    for await (const { what, problem } of checkCatalogue(catalogue, source, folder)) {
      if (problem !== undefined) good = false
      io.stdout.write(`${what}: ${problem ?? 'good'}\n`)
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return good ? exit.done : exit.no
}

function list(catalogue: Catalogue, io: Io): number {
  const width = Math.max(...Object.keys(catalogue).map(name => name.length))
  for (const [name, { title }] of Object.entries(catalogue)) {
    io.stdout.write(`${name.padEnd(width)}  ${title}\n`)
  }
  io.stdout.write('\nnext: bootwright pull NAME --add\n')
  return exit.done
}

/** The config of a file, or that of this folder. */
export function readConfig(file: string): Config {
  const { config, problems } = loadConfig(file, 'warning')
  if (config) return config
  const [first] = problems.filter(({ severity }) => severity === 'error')
  const why = first ? formatProblem(file, first) : `${file} cannot be used`
  throw new Failure(`${why}; say --config FILE, or begin with \`bootwright init\``, exit.usage)
}

function profileText(order: Order): string {
  return stringify({ [order.name]: order.profile }, { lineWidth: 0 }).replaceAll(/^(?=.)/gm, '  ')
}

/** Writes the profile into the config, and its templates beside it; what is there stays. */
function add(order: Order, { file }: Config, named: string | undefined, io: Io): void {
  const name = order.name
  const text = addProfile(readFileSync(file, 'utf8'), name, order.profile)
  if (text === undefined) {
    io.stdout.write(`${file} has a profile ${name} already, which is left alone\n`)
    return
  }
  copyTemplates(order, dirname(file), io)
  const wrong = parseConfig(text, file).problems.find(({ severity }) => severity === 'error')
  if (wrong)
    throw new Failure(`with it the config is wrong: ${formatProblem(file, wrong)}`, exit.no)
  writeFileSync(`${file}.new`, text, { flush: true })
  renameSync(`${file}.new`, file)
  io.stdout.write(`${file}: profile ${name} added\n\nnext, for a machine with this MAC:\n`)
  const needed = Object.entries((order.profile.vars ?? {}) as Record<string, unknown>)
    .filter(([, value]) => value === 'required')
    .map(([key]) => ` --var ${key}=${key === 'disk' ? '/dev/sda' : `"${key.toUpperCase()}"`}`)
  const which = named === undefined ? '' : ` --config ${named}`
  io.stdout.write(`  bootwright adopt MAC NAME --profile ${name}${needed.join('')}${which}\n`)
}

function copyTemplates(order: Order, folder: string, io: Io): void {
  const files = Object.values((order.profile.files ?? {}) as Record<string, unknown>)
  for (const path of files.filter(value => typeof value === 'string')) {
    const [from, to] = [join(ourConfig, path), join(folder, path)]
    if (existsSync(to) || !existsSync(from)) continue
    mkdirSync(dirname(to), { recursive: true })
    copyFileSync(from, to)
    io.stdout.write(`${to}: what the installer is told; change it as you like\n`)
  }
}
