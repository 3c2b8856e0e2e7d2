import Type, { type Static } from 'typebox'
import * as v from './values.ts'

export const certificate = v.closed({
  host: v.text(),
  ok: Type.Boolean(),
  address: v.nullableText('Of its BMC, with the port.'),
  kept: v.nullableText('SHA-256 of the certificate that it must show; null before the first time.'),
  shown: v.nullableText('SHA-256 of the one that it shows now.'),
  subject: v.nullableText('Whose it says it is.'),
  until: v.nullableText('When it ends, as it says.'),
  reason: v.nullableText('Why it is not known.'),
  code: v.code(),
})
export type CertificateResult = Static<typeof certificate>

export const certificatesAnswer = v.closed({ results: Type.Array(certificate) })
export type CertificatesAnswer = Static<typeof certificatesAnswer>

export const trustBody = v.closed({
  host: v.text('The name of a host.'),
  fingerprint: Type.String({
    pattern: '^[0-9A-F]{2}(:[0-9A-F]{2}){31}$',
    description: 'SHA-256, as `shown` has it.',
  }),
})
export type TrustBody = Static<typeof trustBody>

export const trustAnswer = v.closed({
  host: v.text(),
  kept: v.text('What it must show from now on.'),
})
export type TrustAnswer = Static<typeof trustAnswer>
