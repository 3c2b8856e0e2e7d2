import type { CaptureRule } from '../boot/agent-rules.ts'
import type { Attempt } from '../boot/install.ts'
import type { PhoneHomeMessage } from '../boot/phone-home.ts'
import type { Reason } from '../boot/reason.ts'
import { landedImage } from './take-image.ts'
import type { TokenParts } from './token-use.ts'

/**
 * What the agent says of a capture after its `ready`. That it is done counts when the image has come, which stands
 * beside it: a daemon that was started anew in between knows it too.
 */
export function hearCapturer(
  { host, install }: Attempt,
  { path }: CaptureRule,
  { event, message }: PhoneHomeMessage,
  { lives }: TokenParts,
): void {
  if (event === 'progress') lives.apply(host, { kind: 'progress' })
  if (event === 'failed')
    lives.apply(host, { kind: 'failed', ...(message !== undefined && { message }) })
  if (event !== 'done') return
  const measure = landedImage(path, install)
  if (!measure) {
    lives.apply(host, { kind: 'failed', because: { code: 'image-not-arrived', path } })
    return
  }
  const { unpacked, packed } = measure
  const because: Reason = { code: 'disk-captured', path, bytes: unpacked.bytes, packed }
  lives.apply(host, { kind: 'done', because })
}
