import { join } from 'node:path'
import { run } from './command.ts'

/** An authority of our own and what it signed, as files. */
export interface Authority {
  readonly authority: string
  /** The server's certificate, then the authority's. */
  readonly chain: string
  readonly key: string
}

/** Makes an authority in a folder, which signs a certificate for a server at this address. */
export async function createAuthority(folder: string, address: string): Promise<Authority> {
  const at = (name: string) => join(folder, name)
  const make = (...words: readonly string[]) => run(['openssl', 'req', '-x509', '-nodes', ...words])
  const rsa = ['-newkey', 'rsa:2048', '-sha256', '-days', '3650']
  const ca = { authority: at('ca.crt'), key: at('ca.key') }
  const own = { certificate: at('own.crt'), chain: at('server.crt'), key: at('server.key') }
  const isCa = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign']
  await make(...rsa, '-subj', '/CN=lab', ...isCa, '-keyout', ca.key, '-out', ca.authority)
  await make(
    ...[...rsa, '-subj', `/CN=${address}`, '-CA', ca.authority, '-CAkey', ca.key],
    ...['-addext', `subjectAltName=IP:${address}`, '-addext', 'basicConstraints=CA:FALSE'],
    ...['-keyout', own.key, '-out', own.certificate],
  )
  await run(['sh', '-c', 'cat "$1" "$2" > "$3"', 'sh', own.certificate, ca.authority, own.chain])
  return { authority: ca.authority, chain: own.chain, key: own.key }
}
