import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import root, { type Test } from 'tap'
import type { Daemon } from '../daemon/daemon.ts'
import { browserPackage, installCommand } from '../lab/packages.ts'
import { fileTimeout } from '../patience.ts'
import { tokenOf } from './token.ts'

const program = '/usr/bin/chromium'

/** Why the page cannot be looked at here, if so: a sentence that says what to do. */
export const browserObstacle = existsSync(program)
  ? false
  : `the page needs a browser: ${installCommand([browserPackage])}`

/** One window of a browser that knows nothing yet. */
export interface Tab {
  readonly page: Page
  /** What must not happen: broken policy, script errors, requests to anybody else. */
  readonly problems: readonly string[]
  /** Fills in the form and waits until the page is live. */
  logIn(token?: string): Promise<void>
  /** Goes to another view of the page, as by a link. */
  go(hash: string): Promise<void>
}

export interface TabSettings {
  readonly width?: number
  readonly height?: number
  readonly dark?: boolean
}

let shared: Promise<Browser> | undefined

/** Debian's chromium, one for all tests of a file; what is open in it is closed with the test. */
export async function openBrowser(t: Test): Promise<Browser> {
  shared ??= launch()
  const browser = await shared
  t.teardown(() => Promise.all(browser.contexts().map(context => context.close())))
  return browser
}

/** Starts it with nothing in it that would look for the internet. */
async function launch(): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: program,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  root.teardown(() => browser.close())
  return browser
}

/** Opens the page of a daemon; it shows the login. */
export async function openTab(
  browser: Browser,
  daemon: Daemon,
  { width = 1440, height = 900, dark = false }: TabSettings = {},
): Promise<Tab> {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
  })
  context.setDefaultTimeout(fileTimeout(0.5))
  const page = await context.newPage()
  const problems: string[] = []
  page.on('pageerror', error => problems.push(error.stack ?? error.message))
  page.on('request', request => {
    if (!request.url().startsWith(`${daemon.url}/`)) problems.push(`asks ${request.url()}`)
  })
  page.on('console', message => {
    if (/policy|violat|TypeError/i.test(message.text())) problems.push(message.text())
  })
  await page.goto(`${daemon.url}/`)
  await page.waitForSelector('#token')
  return {
    page,
    problems,
    async logIn(token = tokenOf(daemon)) {
      await page.fill('#token', token)
      await page.click('button[type=submit]')
      await page.waitForSelector('.link.live')
    },
    async go(hash) {
      await page.evaluate(to => {
        location.hash = to
      }, hash)
    },
  }
}
