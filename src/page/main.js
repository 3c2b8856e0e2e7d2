import { render } from 'preact'
import { createApi } from './api.js'
import { App } from './app.js'
import { html } from './html.js'

const page = document.getElementById('page')
if (page) {
  page.replaceChildren()
  render(html`<${App} api=${createApi()} />`, page)
}
