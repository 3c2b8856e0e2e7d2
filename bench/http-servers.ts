import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type End, type Running, start } from './cable.ts'
import { networkLines, startDaemon } from './daemon.ts'
import { findProgram } from './programs.ts'

/** An HTTP server under test; it serves the files of a folder under `/assets/` on port 8080. */
export interface HttpServer {
  readonly name: string
  start(end: End, files: string, folder: string): Promise<Running>
}

/** MiB of files that the daemon keeps in memory in these benches: its default. */
export const cacheMiB = 512

/** This daemon, whole, with a network that it leases addresses on. */
export const bootwright: HttpServer = {
  name: 'bootwright',
  start: async (end, files, folder) =>
    startDaemon(end, folder, [`assets: ${files}`, ...networkLines(end)]),
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
