import { countOf } from '../../base/amount.ts'

/** Letters of one request. */
const longest = 4096
/** Letters that wait for the daemon; what is pasted and longer is not typed at all. */
const mostWaiting = 65_536

/** Types in its order, one request at a time; what could not be typed is told, with all that came behind it. */
export function createTyping(
  type: (text: string) => Promise<unknown>,
  failed: (sentence: string) => void,
): (text: string) => Promise<void> {
  let waiting = ''
  let isSending = false
  return async text => {
    if (waiting.length + text.length > mostWaiting) {
      failed(`More than ${countOf(mostWaiting, 'letter')} at once: nothing of it was typed.`)
      return
    }
    waiting += text
    if (isSending) return
    isSending = true
    try {
      while (waiting !== '') {
        const piece = waiting.slice(0, longest)
        waiting = waiting.slice(longest)
        await type(piece)
      }
    } catch (error) {
      waiting = ''
      failed(error instanceof Error ? error.message : String(error))
    } finally {
      isSending = false
    }
  }
}
