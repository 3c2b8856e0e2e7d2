import { createHash } from 'node:crypto'

/** In the colours of the page; a browser's own dark links are too faint on its own dark ground. */
const style = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif;
  background: light-dark(#f4f6f4, #0d1312); color: light-dark(#16211e, #e3ebe8) }
a { color: light-dark(#0b5f58, #63cdbc) }
body { max-width: 60rem; margin: 0 auto; padding: 1rem }
code { font-family: ui-monospace, monospace }
details, pre { border: 1px solid light-dark(#d6ddd9, #24302d); border-radius: 6px; margin: .5rem 0;
  padding: .5rem .75rem; background: light-dark(#fff, #141c1a) }
pre { overflow-x: auto }
li, summary { overflow-wrap: anywhere }
summary { cursor: pointer }
summary code { font-weight: 600 }
ul { list-style: none; margin: .25rem 0; padding-left: 1rem; border-left: 2px solid light-dark(#d6ddd9, #24302d) }
small, .type { color: light-dark(#55645f, #94a49e) }
`

/** Nothing but this one style; no script, no other host. */
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** What goes with a document without scripts. */
export const htmlHeaders = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': policy,
  'X-Content-Type-Options': 'nosniff',
} as const

/** A document without scripts; `body` is HTML. */
export function htmlOf(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title><style>${style}</style></head>
<body><main>${body}</main></body></html>
`
}

/** Text as it is written in HTML, in attributes too. */
export function escaped(plain: string): string {
  const names: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' }
  return plain.replace(/[&<>"]/g, sign => `&${names[sign]};`)
}
