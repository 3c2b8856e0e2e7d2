import { unsafeToShow } from './printable.ts'

/*
 * What a machine writes to its serial console is meant for a terminal, and may be anything: a title, a link, a
 * text for the clipboard, a question that the terminal answers as if it were typed. Only what moves the cursor,
 * colours and erases gets through to the terminals and pages of people.
 */

/** Takes text piece by piece, where sequences may be cut in two, and returns what may be shown of it. */
export type TextFilter = (text: string) => string

/** Longer sequences, and those that never end, are text. */
const longest = 1000

/*
 * ECMA-48 section 5.4 (control sequences), 5.6 (control strings, up to ST; xterm ends them with BEL too) and ECMA-35
 * (`ESC`, intermediates, final). A control string ends with its line at the latest.
 */
const sequence =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|[\]PX^_k][^\x07\x1b\r\n]{0,1000}(?:\x07|\x1b\\|(?=[\r\n]))|[ -/]{1,8}[0-~]|[0-Z\\^-~])/g
/** The same where its end has not come yet. */
const unfinished =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /\x1b(?:\[[0-?]{0,64}[ -/]{0,8}|[\]PX^_k][^\x07\x1b\r\n]{0,1000}\x1b?|[ -/]{0,8})$/

/** Cursor, erasing, inserting and deleting, scrolling, colours; modes are looked at one by one. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const harmless = /^\x1b(?:\[[\d;]*[A-HJ-MPSTX`adefmrsu]|\[\?[JK]|[78DEM]|\([0AB])$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const mode = /^\x1b\[\?(?:[\d;]*)[hl]$/
/** Wrapping at the right edge, and whether the cursor is seen (DECAWM, DECTCEM). */
const harmlessModes = new Set(['7', '25'])
/** A reset of the whole terminal, and what a machine means by it. */
const reset = '\x1bc'
const cleared = '\x1b[m\x1b[H\x1b[2J'
/** Where a program that draws on a screen goes on elsewhere. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const elsewhere = /^\x1b\[[\d;]*[ABEFHdf]$/

/** For a terminal: colours and cursor are left, all else that is no text is taken out. */
export function createTerminalFilter(): TextFilter {
  return createFilter(found => {
    if (found === reset) return cleared
    if (harmless.test(found)) return found
    if (!mode.test(found)) return ''
    return found
      .slice(3, -1)
      .split(';')
      .every(one => harmlessModes.has(one))
      ? found
      : ''
  })
}

/** For files and readers of lines: text and line ends alone. */
export function createPlainFilter(): TextFilter {
  const filter = createFilter(found => (elsewhere.test(found) || found === reset ? '\n' : ''))
  let isAfterReturn = false
  return text => {
    const shown = (isAfterReturn ? '\r' : '') + filter(text)
    isAfterReturn = shown.endsWith('\r')
    const whole = isAfterReturn ? shown.slice(0, -1) : shown
    return whole.replace(/\r*\n/g, '\n').replace(/\r+/g, '\n').replaceAll('\b', '')
  }
}

function createFilter(shown: (sequence: string) => string): TextFilter {
  let rest = ''
  return text => {
    const all = rest + text
    const cut = unfinished.exec(all.slice(-longest - 64))
    rest = cut?.[0] ?? ''
    const whole = all.slice(0, all.length - rest.length)
    let out = ''
    let at = 0
    for (const found of whole.matchAll(sequence)) {
      out += textOf(whole.slice(at, found.index)) + shown(found[0])
      at = found.index + found[0].length
    }
    return out + textOf(whole.slice(at))
  }
}

/** Controls that no terminal needs go; what turns the direction of the text is shown as what it is not. */
function textOf(text: string): string {
  return text.replace(unsafeToShow, letter => {
    if ('\t\n\r\b'.includes(letter)) return letter
    return letter < ' ' || (letter >= '\x7f' && letter <= '\x9f') ? '' : '?'
  })
}
