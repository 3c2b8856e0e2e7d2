import htm from 'htm'
import { type Attributes, type ComponentChildren, h, type VNode } from 'preact'

/** What may stand in `html`: content, a listener, a style, a ref. No component: `part` places those. */
export type HtmlValue =
  | Html
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly HtmlValue[]
  | ((event: never) => void | Promise<void>)
  | { readonly current: unknown }
  | Readonly<Record<string, string | number>>

export type Html = VNode<never>

/** Writes elements as HTML, without a build step: html`<p class=${kind}>${text}</p>`. */
export const html: (strings: TemplateStringsArray, ...values: readonly HtmlValue[]) => Html =
  htm.bind(h) as typeof html

/**
 * Places a component: part(Badge, { state: 'failed' }). A function beside `html`, because TypeScript
 * checks the properties of a call and cannot look into a template.
 */
export function part<Properties extends object>(
  component: (properties: Properties) => ComponentChildren,
  properties: NoInfer<Properties> & Attributes,
  ...children: 'children' extends keyof Properties ? HtmlValue[] : []
): Html {
  return h(component, properties, ...(children as ComponentChildren[])) as Html
}
