export function lines(...parts: readonly string[]): string {
  return `${parts.join('\n')}\n`
}

/** Text for the screen: of the letters that have a meaning to some loader (`$`, `#`, `;`, `|`, `&`) none is left. */
export function plain(text: string): string {
  return text.replace(/[^A-Za-z0-9 ._:/,()'+=@%-]/g, '?')
}

/** The operator's command line on one line. */
export function commandText(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim()
}
