import { resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { it } from 'vitest'
import { openPage, startBrowser, startTestbed } from '../browser.ts'
import { gpiField, runScenario, stepTwelve } from '../drive.ts'

const images = resolve(import.meta.dirname, '../../../docs/images')
const viewName = (name: string) => ({ name, exact: true })

async function shot(page: Page, name: string, scheme: 'light' | 'dark', width = 1280): Promise<void> {
  await page.setViewportSize({ width, height: 800 })
  await page.emulateMedia({ colorScheme: scheme })
  await page.mouse.move(0, 0)
  await page.waitForTimeout(300)
  await page.screenshot({ path: resolve(images, `${name}.png`) })
}

it('takes a picture of each view', async () => {
  const [address, browser] = await Promise.all([startTestbed(), startBrowser()])
  const page = await openPage(browser, address)
  await page.locator('.row.result').waitFor()
  for (const scenario of ['7c-renegotiate-bootstrap', 'refused-step7', '7a', '7b-expired'])
    await runScenario(page, scenario)
  await page.getByRole('row', { name: stepTwelve }).click()
  await page.getByRole('treeitem', { name: gpiField }).click()
  await shot(page, 'console-ladder', 'light')
  await shot(page, 'console-ladder-dark', 'dark', 1024)
  await page.getByRole('row', { name: /^step 7b/ }).click()
  await shot(page, 'console-why', 'light')
  await page.getByRole('row', { name: /^step 14/ }).click()
  await page.getByRole('button', viewName('Keys')).click()
  await page.getByRole('row', { name: /KD-sess/ }).click()
  await shot(page, 'console-keys', 'dark')
  await page.getByRole('button', viewName('Entities')).click()
  await shot(page, 'console-entities', 'light')
  await page.getByRole('button', viewName('Measure')).click()
  await page.getByText('Re-negotiation against GBA push (7b)').waitFor()
  await shot(page, 'console-measure', 'light')
})
