import { X509Certificate } from 'node:crypto'

/** EFI_CERT_X509_GUID, and an owner, whom nobody asks for. */
const x509 = 'a1 59 c0 a5 e4 94 a7 4a 87 b5 ab 15 5c 2b f0 72'
const owner = Buffer.alloc(16)

/**
 * A certificate (PEM) as an EFI_SIGNATURE_LIST (UEFI 2.10, 32.4.1), which OVMF takes for its HTTPS authorities from
 * `etc/edk2/https/cacerts`.
 */
export function signatureList(certificate: string): Buffer {
  const { raw } = new X509Certificate(certificate)
  const sizes = Buffer.alloc(12)
  const data = owner.length + raw.length
  sizes.writeUInt32LE(28 + data, 0)
  sizes.writeUInt32LE(data, 8)
  return Buffer.concat([Buffer.from(x509.replaceAll(' ', ''), 'hex'), sizes, owner, raw])
}
