import t from 'tap'
import { createPlainFilter, createTerminalFilter } from '../../src/base/terminal-text.ts'

const rows: readonly (readonly [what: string, text: string, terminal: string, plain: string])[] = [
  ['text', 'login: ', 'login: ', 'login: '],
  ['lines', 'a\r\nb\rc\n', 'a\r\nb\rc\n', 'a\nb\nc\n'],
  ['colours', '\x1b[1;31mred\x1b[m', '\x1b[1;31mred\x1b[m', 'red'],
  ['the cursor', '\x1b[2J\x1b[01;01HMenu', '\x1b[2J\x1b[01;01HMenu', '\nMenu'],
  ['a reset of the terminal', '\x1bcSeaBIOS', '\x1b[m\x1b[H\x1b[2JSeaBIOS', '\nSeaBIOS'],
  ['the cursor is hidden', '\x1b[?25lx\x1b[?7h', '\x1b[?25lx\x1b[?7h', 'x'],
  ['a title', '\x1b]0;pwned\x07x', 'x', 'x'],
  ['a title of screen', '\x1bkpwned\x1b\\x', 'x', 'x'],
  ['the clipboard', '\x1b]52;c;cm0gLXJm\x1b\\x', 'x', 'x'],
  ['a link', '\x1b]8;;http://evil\x1b\\x\x1b]8;;\x1b\\', 'x', 'x'],
  ['where is the cursor?', '\x1b[6nx\x1b[cx\x1b[>cx\x1b[0x\x1bZ', 'xxx', 'xxx'],
  ['a text of the device', '\x1bP+q544e\x1b\\x\x1b_y\x1b\\z\x1b^q\x1b\\', 'xz', 'xz'],
  ['windows and the printer', '\x1b[8;1;1tx\x1b[5iy\x1b[1;2"q', 'xy', 'xy'],
  ['mouse, paste and the other screen', '\x1b[?1000hx\x1b[?2004hy\x1b[?1049h', 'xy', 'xy'],
  ['a harmless mode with another', '\x1b[?25;1000hx', 'x', 'x'],
  ['keys of the terminal', '\x1b[4h\x1b[20hx\x1b=', 'x', 'x'],
  ['bells, shifts and deletes', 'a\x07\x0e\x0f\x7f\0b', 'ab', 'ab'],
  ['C1 controls', 'a\x9b31mb\x9d0;x\x9c', 'a31mb0;x', 'a31mb0;x'],
  ['the direction of text', 'a\u202eb', 'a?b', 'a?b'],
  ['a title that ends with its line', '\x1b]0;never\r\nlogin:', '\r\nlogin:', '\nlogin:'],
]

for (const [what, text, terminal, plain] of rows) {
  t.test(what, async t => {
    t.equal(createTerminalFilter()(text), terminal)
    t.equal(createPlainFilter()(text), plain)
    const whole = createTerminalFilter()
    const cut = [...text].map(letter => whole(letter)).join('')
    t.equal(cut, terminal, 'in pieces of one letter')
    const lines = createPlainFilter()
    t.equal([...text, '\0'].map(letter => lines(letter)).join(''), plain, 'lines too')
  })
}

t.test('what never ends holds nothing up', async t => {
  const filter = createTerminalFilter()
  t.equal(filter(`\x1b]0;${'x'.repeat(5000)}`).length > 4000, true)
  const many = createTerminalFilter()
  t.equal(many('\x1b['.repeat(100_000)).includes('\x1b'), false)
  t.equal(many(`${'9'.repeat(100_000)}m`).includes('\x1b'), false)
})
