/** What was typed: for the machine, and for us. */
export interface Typed {
  readonly text: string
  readonly wants?: 'end' | 'help'
}

/** Behind a line end these begin with a tilde, as ssh has them. */
export const escapes = '~.  leaves the console\r\n~~  types a tilde\r\n~?  says this\r\n'

/** Finds our own commands in what is typed, piece by piece. */
export function createEscape(): (typed: string) => Typed {
  let isLineStart = true
  let isEscaped = false
  return typed => {
    let text = ''
    for (const letter of typed) {
      if (isEscaped) {
        isEscaped = false
        if (letter === '.') return { text, wants: 'end' }
        if (letter === '?') return { text, wants: 'help' }
        text += letter === '~' ? '~' : `~${letter}`
      } else if (isLineStart && letter === '~') {
        isEscaped = true
        continue
      } else text += letter
      isLineStart = letter === '\r' || letter === '\n'
    }
    return { text }
  }
}
