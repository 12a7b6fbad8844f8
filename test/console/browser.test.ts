import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { build } from 'vite'
import { fromHex } from '../../src/core/bytes.ts'
import { tshark } from '../io/capture/tshark.ts'
import { temporaryDirectory } from '../testbed/lab-network.ts'
import { openPage, startBrowser, startTestbed, violations } from './browser.ts'
import { act, gpiField, patience, runScenario, stepTwelve } from './drive.ts'
import { recordedLines } from './recorded.ts'

const views = ['Ladder', 'Keys', 'Entities', 'Measure']
const looks = [
  ['light', 1280],
  ['dark', 1024],
  ['light', 768],
] as const

describe('the console in a browser', { timeout: 240_000 }, () => {
  it('shows a 7b set-up as it arrives, every octet of its GPI, and a re-negotiation that clicks force', async () => {
    const [address, browser] = await Promise.all([startTestbed(), startBrowser()])
    const page = await openPage(browser, address)
    await page.locator('.row.result').waitFor()
    await runScenario(page, '7b-expired')

    await page.getByRole('row', { name: stepTwelve }).click()
    await expect
      .poll(() => page.locator('.inspector h2').textContent(), patience)
      .toBe('DIRECT_SECURITY_MODE_COMMAND')
    await page.getByRole('treeitem', { name: gpiField }).click()
    await page.locator('.octet.picked').first().waitFor()
    const picked = (await page.locator('.octet.picked').allTextContents()).join('')
    expect(picked).toMatch(/^18[0-9a-f]{2}10/)
    expect(fromHex(picked)[1]).toBe(picked.length / 2 - 2)
    expect(page.url()).toMatch(/#run=\d+&m=\d+&field=gpi$/)

    const again = await openPage(browser, page.url())
    await again.locator('.octet.picked').first().waitFor()
    expect((await again.locator('.octet.picked').allTextContents()).join('')).toBe(picked)
    await again.close()

    const download = page.waitForEvent('download')
    await page.getByText('Take away').click()
    await page.getByRole('link', { name: 'capture, pcapng' }).click()
    const capture = join(temporaryDirectory(), '7b-expired.pcapng')
    await (await download).saveAs(capture)
    expect(tshark(capture, '-Y', '_ws.malformed')).toEqual([])
    const comments = tshark(capture, '-Y', 'frame.comment contains "DIRECT_SECURITY_MODE_COMMAND"')
    expect(comments).toHaveLength(1)
    expect(tshark(capture, '-Y', 'diameter.cmd.code == 312')).toHaveLength(2)

    await runScenario(page, '7c-renegotiate-bootstrap')
    await page.getByRole('row', { name: 'attempt 2: UE-1 comes back with a new B-TID' }).waitFor()
    expect(await page.locator('.shell code').textContent()).toContain('7c-renegotiate-bootstrap')

    const found: string[] = []
    for (const [colorScheme, width] of looks) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height: 800 })
      for (const view of views) {
        await page.getByRole('button', { name: view, exact: true }).click()
        for (const violation of await violations(page)) found.push(`${view}, ${colorScheme}: ${violation}`)
        expect(await page.evaluate('document.documentElement.scrollWidth'), view).toBeLessThanOrEqual(width)
      }
    }
    for (const pane of ['Drive', 'Decode', 'help']) {
      await page.getByRole('button', { name: pane, exact: true }).click()
      for (const violation of await violations(page)) found.push(`${pane}: ${violation}`)
    }
    expect(found).toEqual([])
    await page.setViewportSize({ width: 1280, height: 800 })
    await page.getByText('Re-negotiation against GBA push (7b)').waitFor()
  })

  it('forces by clicks what the procedure must stand, each with its command', async () => {
    const [address, browser] = await Promise.all([startTestbed(), startBrowser()])
    const page = await openPage(browser, address)
    await page.locator('.row.result').waitFor()
    const [ue1, pair] = [{ ue: 'ue1' }, { from: 'ue1', to: 'ue2' }]
    await act(page, 'block', { ue: 'ue1', point: 'ub' }, /^ue1 does not reach its BSF$/)
    await act(page, 'expire btid', ue1, /^B-TID .* of ue1 expired$/)
    await act(page, 'connect', pair, /^ue1 and ue2: secured, branch 7b$/)
    await act(page, 'forget key', { kmf: 'kmf1', ...ue1 }, /^kmf1 forgot the NAF keys of ue1$/)
    await act(page, 'rekey', pair, /^ue1 and ue2 have new session keys$/)
    await act(page, 'release', pair, /^ue1 released its link with ue2$/)
    await act(page, 'connect', pair, /^ue1 and ue2: secured, branch 7d$/)
    await page.getByRole('row', { name: 'attempt 2: UE-1 comes back with its IMSI' }).waitFor()
    await page.getByRole('group', { name: 'armed' }).getByRole('button').click()
    await expect.poll(() => page.locator('.chip').count(), patience).toBe(0)

    await act(page, 'revoke', { ue: 'ue1', plmn: '001-02' }, /^ue1 may no longer link with UEs of 001-02$/)
    await act(page, 'connect', pair, /^ue1 and ue2: refused, /)
    await act(page, 'reset', {}, /^no fault is left$/)
    const macI = { message: 'DIRECT_SECURITY_MODE_COMMAND', field: 'MAC-I' }
    await act(page, 'tamper', macI, /arrives with another MAC-I$/)
    await act(page, 'connect', pair, /^ue1 and ue2: secured, /)
    await page.locator('.row.changed').first().waitFor()
    await act(page, 'loss', { percent: '100' }, /^100 % of frames on PC5 are lost$/)
    await act(page, 'connect', pair, /^ue1 and ue2: timed out, /)
    await page.locator('.row.lost').first().waitFor()
    // They connect by themselves, a while later: nothing after this asks one for the other.
    await act(page, 'cut', { from: 'kmf1', to: 'kmf2' }, /^kmf1 and kmf2 are cut from each other$/)
    await act(page, 'mend', { from: 'kmf1', to: 'kmf2' }, /^kmf1 and kmf2 reach each other$/)
    await act(page, 'loss', { percent: '0' }, /^0 % of frames on PC5 are lost$/)

    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.locator('.row.selected').focus()
    await page.keyboard.press('c')
    await expect
      .poll(() => page.evaluate('navigator.clipboard.readText()'), patience)
      .toBe('npx sidelock lab loss 0')

    await page.getByRole('button', { name: 'Entities', exact: true }).click()
    await page.getByRole('button', { name: 'UE-1', exact: true }).click()
    await page.getByText('npx sidelock show ue1').waitFor()
    expect(await violations(page)).toEqual([])
  })

  it('opens a file, and with 5 000 messages keeps no more rows than are in view and some beside', async () => {
    const lines = await recordedLines('7a')
    const said = lines.filter((line) => line.includes('"step":"12"') && line.includes('"message"'))
    const many = Array.from({ length: 5000 }, (_, at) =>
      said[0]?.replace(/"n":\d+,"ms":[\d.]+/, `"n":${1000 + at},"ms":${1000 + at}`),
    )
    const file = join(temporaryDirectory(), 'many.jsonl')
    writeFileSync(file, [...lines.slice(0, -1), ...many].join('\n'))
    const [address, browser] = await Promise.all([startTestbed(), startBrowser()])
    const page = await openPage(browser, address)
    await page.getByText('Take away').click()
    await page.getByLabel('open a .jsonl').setInputFiles(file)
    const count = async () => Number(await page.locator('.ladder').getAttribute('aria-rowcount'))
    await expect.poll(count, patience).toBeGreaterThan(5000)
    const rows = () => page.locator('.rows .row').count()
    expect(await rows()).toBeLessThan(120)
    await page.evaluate('document.querySelector(".ladder").scrollTop = 70000')
    await page.locator('.row[aria-rowindex="2510"]').waitFor()
    expect(await rows()).toBeLessThan(120)
    await page.getByLabel('find').fill('point:PC6')
    await expect.poll(count, patience).toBe(3)
    const download = page.waitForEvent('download')
    await page.getByText('Take away').click()
    await page.getByRole('button', { name: 'JSON lines' }).click()
    const saved = readFileSync(await (await download).path(), 'utf8')
      .trim()
      .split('\n')
    expect(saved.filter((line) => line.includes('"event":"message"'))).toHaveLength(2)
  })

  it('is worked by keys alone: message by message, into the fields and back', async () => {
    const [address, browser] = await Promise.all([startTestbed(), startBrowser()])
    const page = await openPage(browser, address)
    await page.locator('.row.result').waitFor()
    await page.locator('.row.selected').focus()
    const focused = () => page.locator(':focus').getAttribute('aria-label')
    await page.keyboard.press('n')
    await expect.poll(focused, patience).toContain('step 5')
    await page.keyboard.press('ArrowDown')
    await expect.poll(focused, patience).toMatch(/^step 6, PC6, KMF-2 to KMF-1, pkr/)
    await page.keyboard.press('Enter')
    await expect.poll(() => page.locator(':focus').getAttribute('role'), patience).toBe('treeitem')
    await page.keyboard.press('Escape')
    await expect.poll(focused, patience).toMatch(/^step 6/)
    await page.keyboard.press('2')
    await page.getByRole('treegrid', { name: 'keys' }).waitFor()
  })
})

it('the built page is one script, one style, and nothing from elsewhere', async () => {
  const outDir = temporaryDirectory(onTestFinished)
  await build({ logLevel: 'error', build: { outDir } })
  const read = (name: string) => readFileSync(join(outDir, name))
  const html = read('index.html').toString()
  expect(html.match(/<script[^>]*>/g)).toEqual(['<script defer src="./assets/console.js">'])
  expect(html).not.toMatch(/https?:|<style|style=/)
  expect(read('assets/console.css').toString()).not.toMatch(/https?:|@import/)
})
