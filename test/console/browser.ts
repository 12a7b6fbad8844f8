import axe from 'axe-core'
import { chromium, type Browser, type Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { Sidelock } from '../testbed/sidelock-child.ts'
import { labFile, temporaryDirectory } from '../testbed/lab-network.ts'

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-sync',
  '--disable-lcd-text',
]

/** Debian's Chromium; closed when the test is over. */
export async function startBrowser(): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [...flags, '--disable-background-networking', '--disable-component-update'],
  })
  onTestFinished(() => browser.close())
  return browser
}

/** A testbed that stays up, in a process of its own; gives where its console is. */
export async function startTestbed(...args: readonly string[]): Promise<string> {
  const testbed = Sidelock.start(
    'testbed',
    '--json',
    '--config',
    labFile(temporaryDirectory(), [], 'two-plmns.yaml'),
    ...args,
  )
  const address = /console (http:\/\/127\.0\.0\.1:\d+)/
  await testbed.until(({ stderr }) => address.test(stderr))
  return address.exec(testbed.stderr)?.[1] ?? ''
}

/** A page on which any error of its scripts or of its policy fails the test. */
export async function openPage(browser: Browser, address: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, acceptDownloads: true })
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  onTestFinished(() => {
    if (errors.length > 0) throw new Error(`the page had errors: ${errors.join('; ')}`)
  })
  await page.goto(address)
  return page
}

/** What axe finds wrong with the page as it is, rule and place. */
export async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    interface Axe {
      run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>
    }
    const found = await (globalThis as unknown as { axe: Axe }).axe.run()
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    )
  })
}
