import { type ChildProcess, spawn } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { homedir, hostname, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { attempt, type Outcome, run } from './command.ts'
import { readLines } from './lines.ts'
import type { Network } from './network.ts'
import { standIns } from './newcomer-stand-ins.ts'

const repository = join(import.meta.dirname, '../..')
const netboot = '/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64'
const home = '/home/newcomer'

/** Where a line is typed: beside the machines, or where a way leads to packages and sources. */
export type Where = 'lan' | 'internet'

/** A computer on which nothing of ours is. */
export interface Computer {
  /** A command line of its user, in the folder where the last one ended. */
  type(line: string, where: Where): Promise<Outcome>
  /** One that goes on, such as a daemon; on the LAN. */
  begin(line: string): Running
  /** Texts of files, from the folder of the last line or the root. */
  read(file: string): string
  write(file: string, text: string): void
  /** Whether there is such a file, whoever may read it. */
  has(file: string): boolean
  remove(): Promise<void>
}

export interface Running {
  /** All that it wrote. */
  text(): string
  /** Ends it as Ctrl-C does; resolves to its exit code. */
  interrupt(): Promise<number | null>
  readonly ended: Promise<number | null>
}

/**
 * Mounts a fresh layer over a bare root, with a user who may use sudo; or else over the packages of this computer,
 * and the only user is root. `editor` is what `$EDITOR FILE` does.
 */
export async function startComputer(
  network: Network,
  editor: string,
  bareRoot?: string,
): Promise<Computer> {
  const isBare = bareRoot !== undefined
  const folder = mkdtempSync(join(tmpdir(), 'bootwright-newcomer-'))
  const [upper, work, root] = ['upper', 'work', 'root'].map(name => join(folder, name))
  if (!upper || !work || !root) throw new Error('there are three')
  for (const path of [upper, work, root]) mkdirSync(path)
  await furnish(upper, editor, isBare)
  const holder = await hold(root, `lowerdir=${bareRoot ?? '/'},upperdir=${upper},workdir=${work}`)

  let cwd = home
  const command = (line: string, where: Where) => [
    ...(where === 'lan' ? ['ip', 'netns', 'exec', network.namespace] : []),
    ...['nsenter', `--target=${holder.pid}`, '--mount', 'chroot', root],
    ...(isBare ? ['setpriv', '--reuid=newcomer', '--regid=newcomer', '--init-groups'] : []),
    ...['env', '-i', ...environment(isBare)],
    ...['bash', '-c', `cd ${cwd} && ${line}\ncode=$?; pwd > /tmp/cwd; exit $code`],
  ]
  const place = (file: string) => `/proc/${holder.pid}/root${join(root, resolve(cwd, file))}`
  return {
    async type(line, where) {
      const outcome = await attempt(command(line, where))
      cwd = readFileSync(place('/tmp/cwd'), 'utf8').trim() || cwd
      return outcome
    },
    begin: line => begin(command(`exec ${line}`, 'lan')),
    read: file => readFileSync(place(file), 'utf8'),
    write: (file, text) => writeFileSync(place(file), text),
    has: file => existsSync(place(file)),
    async remove() {
      holder.kill('SIGKILL')
      await new Promise(resolve => holder.once('close', resolve))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What lies on the computer before anything is typed. */
async function furnish(upper: string, editor: string, isBare: boolean): Promise<void> {
  const inside = (path: string) => {
    mkdirSync(dirname(join(upper, path)), { recursive: true })
    return join(upper, path)
  }
  const programs = { ...standIns(isBare), 'newcomers-editor': editor }
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(inside(`usr/local/sbin/${name}`), text)
    chmodSync(inside(`usr/local/sbin/${name}`), 0o755)
  }
  mkdirSync(inside(home), { recursive: true })
  // A worktree's .git points out of it: a bare clone is whole.
  await run(['git', 'clone', '--quiet', '--bare', repository, inside('srv/repository')])
  writeFileSync(inside('etc/gitconfig'), '[safe]\n\tdirectory = *\n')
  cpSync(netboot, inside('srv/netboot'), { recursive: true })
  if (!isBare) return
  await run(['chown', '1000:1000', inside(home)])
  cpSync('/etc/resolv.conf', inside('etc/resolv.conf'))
  writeFileSync(inside('etc/hosts'), `127.0.0.1 localhost ${hostname()}\n`)
}

/** What the mounts live in: they are gone with it, and nobody else sees them. */
async function hold(root: string, layers: string): Promise<ChildProcess> {
  const script = `
    set -e
    mount --make-rprivate /
    mount -t overlay overlay -o ${layers} ${root}
    mount --rbind /dev ${root}/dev
    mount -t proc proc ${root}/proc
    mount --rbind /sys ${root}/sys
    mount -t tmpfs tmpfs ${root}/tmp
    echo there
    exec sleep infinity
  `
  const holder = spawn('setpriv', ['--pdeathsig', 'KILL', 'unshare', '--mount', 'sh', '-c', script])
  const errors: string[] = []
  readLines(holder.stderr, line => errors.push(line))
  await new Promise<void>((resolve, reject) => {
    readLines(holder.stdout, line => line === 'there' && resolve())
    holder.once('close', () => reject(new Error(`no layer: ${errors.join(' ')}`)))
  })
  return holder
}

/** Packages that this computer has fetched before need not come over the network again; a bare root has none. */
function environment(isBare: boolean): string[] {
  const cache = join(homedir(), '.npm')
  const trust = process.env.NODE_EXTRA_CA_CERTS
  const kept = !isBare && existsSync(cache)
  return [
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    ...[`HOME=${home}`, `USER=${isBare ? 'newcomer' : 'root'}`, 'LANG=C.UTF-8'],
    ...['EDITOR=newcomers-editor', 'DEBIAN_FRONTEND=noninteractive'],
    ...(kept ? [`npm_config_cache=${cache}`, 'npm_config_prefer_offline=true'] : []),
    ...(trust === undefined ? [] : [`NODE_EXTRA_CA_CERTS=${trust}`]),
  ]
}

function begin([program = '', ...args]: readonly string[]): Running {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], { detached: true })
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr]) readLines(stream, line => lines.push(line))
  const ended = new Promise<number | null>(resolve => {
    child.once('close', code => resolve(code))
  })
  return {
    text: () => lines.join('\n'),
    ended,
    interrupt() {
      // A terminal tells all that run in it.
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGINT')
      return ended
    },
  }
}

/** Whether the rest of the lab may do this here. */
export async function layerObstacle(): Promise<string | false> {
  for (const program of ['git', 'npm']) {
    if ((await attempt([program, '--version'])).code !== 0) return `a newcomer needs ${program}`
  }
  const { code } = await attempt(['unshare', '--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'])
  return code === 0 ? false : 'a layer over the file system may not be mounted here'
}
