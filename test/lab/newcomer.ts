import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { attempt, type Outcome } from './command.ts'
import { readLines } from './lines.ts'
import type { Network } from './network.ts'

const repository = join(import.meta.dirname, '../..')

/** A computer on which nothing of ours is: the packages of this one, and of the rest a fresh layer over it. */
export interface Computer {
  /** A command line of its only user, in the folder where the last one ended. */
  type(line: string, where: 'lan' | 'internet'): Promise<Outcome>
  /** One that goes on, such as a daemon; on the LAN. */
  begin(line: string): Running
  write(file: string, text: string): void
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
 * `sudo` and `apt` are what such a computer has. Its user is root here already; and packages are those that
 * the lab has installed, so `apt` says of others whether they exist.
 */
const programs = {
  sudo: '#!/bin/sh\nexec "$@"\n',
  apt: `#!/bin/sh
[ "$1" = install ] || exit 100
shift
for name; do
  dpkg-query -W "$name" > /dev/null 2>&1 || apt-cache show "$name" > /dev/null 2>&1 ||
    command -v "$name" > /dev/null || { echo "E: Unable to locate package $name"; exit 100; }
done
`,
}

/** Mounts the layer; `editor` is what `$EDITOR FILE` does. */
export async function startComputer(network: Network, editor: string): Promise<Computer> {
  const folder = mkdtempSync(join(tmpdir(), 'bootwright-newcomer-'))
  const [upper, work, root] = ['upper', 'work', 'root'].map(name => join(folder, name))
  if (!upper || !work || !root) throw new Error('there are three')
  for (const path of [upper, work, root]) mkdirSync(path)
  const inside = (path: string) => join(upper, path)
  for (const [name, text] of Object.entries({ ...programs, 'newcomers-editor': editor })) {
    mkdirSync(inside('usr/local/sbin'), { recursive: true })
    writeFileSync(inside(`usr/local/sbin/${name}`), text)
    chmodSync(inside(`usr/local/sbin/${name}`), 0o755)
  }
  mkdirSync(inside('home/newcomer'), { recursive: true })
  mkdirSync(inside('srv/repository'), { recursive: true })
  const holder = await hold(root, `lowerdir=/,upperdir=${upper},workdir=${work}`)

  let cwd = '/home/newcomer'
  const command = (line: string, where: 'lan' | 'internet') => [
    ...(where === 'lan' ? ['ip', 'netns', 'exec', network.namespace] : []),
    ...['nsenter', `--target=${holder.pid}`, '--mount', 'chroot', root],
    ...['env', '-i', ...environment()],
    ...['bash', '-c', `cd ${cwd} && ${line}\ncode=$?; pwd > /tmp/cwd; exit $code`],
  ]
  return {
    async type(line, where) {
      const outcome = await attempt(command(line, where))
      const { stdout } = await attempt(command('cat /tmp/cwd', where))
      cwd = stdout.trim() || cwd
      return outcome
    },
    begin: line => begin(command(`exec ${line}`, 'lan')),
    write(file, text) {
      writeFileSync(join(`/proc/${holder.pid}/root`, root, cwd, file), text)
    },
    async remove() {
      holder.kill('SIGKILL')
      await new Promise(resolve => holder.once('close', resolve))
      rmSync(folder, { recursive: true, force: true })
    },
  }
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
    mount --bind -o ro ${repository} ${root}/srv/repository
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

/** Packages that this computer has fetched before need not come over the network again. */
function environment(): string[] {
  const cache = join(homedir(), '.npm')
  const trust = process.env.NODE_EXTRA_CA_CERTS
  return [
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    ...['HOME=/home/newcomer', 'USER=root', 'LANG=C.UTF-8', 'EDITOR=newcomers-editor'],
    ...(existsSync(cache) ? [`npm_config_cache=${cache}`, 'npm_config_prefer_offline=true'] : []),
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
