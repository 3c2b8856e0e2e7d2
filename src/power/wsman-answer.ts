/*
 * What is read of the answers of WS-Management: texts of single elements. AMT writes them by itself, in one
 * shape, so no whole XML is needed. Nothing here looks further than one element, however long the text is.
 */

/** The text of the first element of this name, in whatever namespace; undefined where there is none. */
export function textIn(xml: string, name: string): string | undefined {
  return new RegExp(`<(?:[\\w-]+:)?${name}(?:\\s[^<>]*)?>([^<]*)<`).exec(xml)?.[1]?.trim()
}

/** The elements inside the first of this name that have a text alone, in their order; of equal ones the last. */
export function leavesIn(xml: string, name: string): Map<string, string> {
  const [, inside = ''] = xml.split(new RegExp(`<(?:[\\w-]+:)?${name}(?=[\\s>])`), 2)
  const [own = ''] = inside.split(new RegExp(`</(?:[\\w-]+:)?${name}>`), 1)
  const leaves = own.matchAll(/<(?:[\w-]+:)?(\w+)(?:\s[^<>]*)?>([^<]*)<\//g)
  return new Map([...leaves].map(([, key = '', text = '']) => [key, text.trim()]))
}
