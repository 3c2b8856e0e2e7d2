import { render } from 'preact'
import { App } from './app.ts'
import { createApi } from './daemon/api.ts'
import { part } from './parts/html.ts'

const page = document.getElementById('page')
if (page) {
  page.replaceChildren()
  render(part(App, { api: createApi() }), page)
}
