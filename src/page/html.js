import htm from 'htm'
import { h } from 'preact'

/** Writes elements as HTML, without a build step: html`<p class=${kind}>${text}</p>`. */
export const html =
  /** @type {(strings: TemplateStringsArray, ...values: any[]) => import('preact').VNode} */ (
    htm.bind(h)
  )
