import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/** For a machine that does much else. */
export const patience = { timeout: 60_000 }

/** Runs a scenario by clicks and waits for its end. */
export async function runScenario(page: Page, scenario: string): Promise<void> {
  await page.getByRole('complementary', { name: 'Drive' }).getByLabel('scenario').selectOption(scenario)
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await expect
    .poll(() => page.locator('.top option:checked').textContent(), patience)
    .toContain(` ${scenario} `)
  await page.locator('.row.result').waitFor()
}

/** Does one act by clicks: its answer is `says`, the shell line the command that does the same. */
export async function act(
  page: Page,
  name: string,
  given: Readonly<Record<string, string>>,
  says: RegExp,
): Promise<void> {
  const drive = page.getByRole('complementary', { name: 'Drive' })
  const button = page.getByRole('button', { name, exact: true })
  const form = drive.locator('form.act').filter({ has: button })
  const verb = name.replaceAll(' ', '-')
  for (const [parameter, value] of Object.entries(given)) {
    const field = form.getByLabel(`${verb} ${parameter}`)
    if ((await field.getAttribute('type')) === 'number') await field.fill(value)
    else await field.selectOption(value)
  }
  await form.locator(button).click()
  await expect.poll(() => form.locator('.answer').textContent(), patience).toMatch(says)
  const words = Object.values(given).join(' ')
  expect(await page.locator('.shell code').textContent()).toMatch(
    new RegExp(`^npx sidelock lab ${verb} ?${words}$`),
  )
}

export const stepTwelve = /^step 12, PC5, UE-2 to UE-1, direct security mode command/
export const gpiField = /^▾?\s*GPI/
