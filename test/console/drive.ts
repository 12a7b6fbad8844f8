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

export const stepTwelve = /^step 12, PC5, UE-2 to UE-1, direct security mode command/
export const gpiField = /^▾?\s*GPI/
