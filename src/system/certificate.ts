import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { Config } from '../config/config.ts'

/** A certificate that cannot be served with, in one sentence. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError'
}

/** A certificate with its chain, and its key, as PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
  /** Until when it is good, as text. */
  readonly until: string
}

/** Reads the files of `http.tls` as they are now. Throws CertificateError when they cannot be used together. */
export function readCertificate({
  certFile,
  keyFile,
}: Pick<NonNullable<Config['http']['tls']>, 'certFile' | 'keyFile'>): Certificate {
  const cert = read('certFile', certFile)
  const key = read('keyFile', keyFile)
  const { validTo } = parsed('certFile', certFile, () => new X509Certificate(cert))
  parsed('keyFile', keyFile, () => createSecureContext({ key }))
  try {
    createSecureContext({ cert, key })
  } catch {
    throw new CertificateError(
      `http.tls: the key ${keyFile} does not belong to the certificate ${certFile}`,
    )
  }
  return { cert, key, until: validTo }
}

function read(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why =
      code === 'ENOENT' ? 'does not exist' : code === 'EACCES' ? 'may not be read' : message
    throw new CertificateError(`http.tls.${name}: ${file} ${why}`)
  }
}

function parsed<T>(name: string, file: string, parse: () => T): T {
  try {
    return parse()
  } catch {
    const what = name === 'keyFile' ? 'key without a password' : 'certificate'
    throw new CertificateError(`http.tls.${name}: ${file} is no ${what} in PEM`)
  }
}
