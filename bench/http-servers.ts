import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type End, type Running, start } from './cable.ts'
import { findProgram } from './programs.ts'

/** An HTTP server under test; it serves the files of a folder under `/assets/` on port 8080. */
export interface HttpServer {
  readonly name: string
  start(end: End, files: string, folder: string): Promise<Running>
}

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** MiB of files that the daemon keeps in memory in these benches: its default. */
export const cacheMiB = 512

/** This daemon, whole, with a network that it leases addresses on. */
export const bootwright: HttpServer = {
  name: 'bootwright',
  async start({ device, address, inside }, files, folder) {
    const config = join(folder, 'config.yaml')
    const lines = [
      `dataDir: ${folder}/data`,
      `assets: ${files}`,
      'networks:',
      '  bench:',
      `    { interface: ${device}, subnet: 10.99.0.0/16, serverAddress: ${address}, mode: server,`,
      '      range: 10.99.1.0-10.99.255.250, lease: 1h, rivals: warn }',
    ]
    writeFileSync(config, `${lines.join('\n')}\n`)
    const flags = process.env.BENCH_NODE_FLAGS?.split(' ') ?? []
    const command = [process.execPath, ...flags, main, 'serve', '--config', config]
    return start(inside(command), join(folder, 'log'))
  },
}

/** nginx (Debian package `nginx`) as it is set up to be fast: a process for each CPU, and sendfile. */
export const nginx: HttpServer = {
  name: 'nginx',
  async start({ address, inside }, files, folder) {
    const program = await findProgram('nginx', 'nginx')
    mkdirSync(join(folder, 'temporary'))
    const config = join(folder, 'nginx.conf')
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    const lines = [
      'daemon off; user root; worker_processes auto; worker_rlimit_nofile 65536;',
      `pid ${folder}/pid; error_log ${folder}/log;`,
      'events { worker_connections 8192; }',
      'http {',
      '  sendfile on; tcp_nopush on; access_log off; keepalive_requests 1000000;',
      ...temporary.map(name => `  ${name}_temp_path ${folder}/temporary/${name};`),
      `  server { listen ${address}:8080 backlog=4096; location /assets/ { alias ${files}/; } }`,
      '}',
    ]
    writeFileSync(config, `${lines.join('\n')}\n`)
    return start(inside([program, '-p', folder, '-c', config]), join(folder, 'said'))
  },
}
