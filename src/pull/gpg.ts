import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Keyring, PullError } from './catalogue.ts'

/**
 * Checks a file with gpgv against a keyring and nothing else; returns what is signed, which with a clear-signed file is
 * less than the file.
 *
 * @throws PullError where the keyring or gpgv is missing, or no good signature of it is there
 */
export function gpgVerified(file: string, signature: string | undefined, keyring: Keyring): Buffer {
  if (!existsSync(keyring.file)) {
    const from = keyring.package === undefined ? '' : `; install the package ${keyring.package}`
    throw new PullError(`the keyring ${keyring.file} is not there${from}`)
  }
  const folder = mkdtempSync(join(tmpdir(), 'bootwright-gpg-'))
  try {
    const keys = join(folder, 'keys.gpg')
    writeFileSync(keys, unarmoured(readFileSync(keyring.file)))
    const signed = join(folder, 'signed')
    const out = signature === undefined ? ['--output', signed] : []
    const files = signature === undefined ? [file] : [signature, file]
    const command = ['--homedir', folder, '--keyring', keys, ...out, '--', ...files]
    const { status, stderr, error } = spawnSync('gpgv', command, { encoding: 'utf8' })
    if (error) throw new PullError('gpgv is missing; install the package gpgv')
    if (status !== 0) throw new PullError(`its signature is wrong: ${lastLine(stderr)}`)
    return readFileSync(signature === undefined ? signed : file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** gpgv reads binary keyrings only. */
function unarmoured(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1')
  if (!text.includes('-----BEGIN PGP PUBLIC KEY BLOCK-----')) return bytes
  const blocks = text.matchAll(
    /-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n(?:[\w-]+:.*\r?\n)*\r?\n?([A-Za-z0-9+/=\r\n]*?)(?:\r?\n=[A-Za-z0-9+/]{4})?\r?\n-----END/g,
  )
  return Buffer.concat([...blocks].map(([, body = '']) => Buffer.from(body, 'base64')))
}

function lastLine(text: string): string {
  return (
    text
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/^gpgv: /, '') ?? ''
  )
}
