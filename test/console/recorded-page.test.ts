import { spawnSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { sidelock } from '../cli/command-line.ts'
import { temporaryDirectory } from '../testbed/lab-network.ts'
import { command as program, Sidelock } from '../testbed/sidelock-child.ts'
import { openPage, startBrowser, violations } from './browser.ts'
import { gpiField, patience, stepTwelve } from './drive.ts'
import { recordedLines } from './recorded.ts'

/** Files of recorded runs. */
async function recordings(...scenarios: readonly string[]): Promise<readonly string[]> {
  return recordingsOf(scenarios, recordedLines)
}

async function recordingsOf(
  scenarios: readonly string[],
  linesOf: (scenario: string) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const directory = temporaryDirectory()
  return Promise.all(
    scenarios.map(async (scenario) => {
      const file = join(directory, `${scenario}.jsonl`)
      writeFileSync(file, (await linesOf(scenario)).join('\n'))
      return file
    }),
  )
}

/** The page shows 7b-expired, its other run, every octet of a message, and has nothing to drive. */
async function isWhole(page: Page): Promise<void> {
  await page.getByRole('row', { name: stepTwelve }).click()
  await page.getByRole('treeitem', { name: gpiField }).click()
  await expect
    .poll(async () => (await page.locator('.octet.picked').allTextContents()).join(''), patience)
    .toMatch(/^18[0-9a-f]{2}10/)
  await expect.poll(() => page.url(), patience).toMatch(/#run=7b-expired\.jsonl&m=\d+&field=gpi$/)
  expect(await page.getByRole('complementary', { name: 'Drive' }).count()).toBe(0)
  await page.locator('.top select').selectOption('7a.jsonl')
  await page.locator('.row.result').waitFor()
  await expect.poll(() => page.url(), patience).toMatch(/#run=7a\.jsonl/)
}

/** Any web server: files of a folder, below a path of its own. */
async function webServer(directory: string): Promise<string> {
  const types: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css' }
  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace(/^\/runs\/|\?.*$/g, '') || 'index.html'
    response.setHeader('content-type', types[extname(path)] ?? 'text/html')
    response.end(readFileSync(join(directory, path)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/runs/`
}

/** The console of these files, until the test ends. */
async function served(files: readonly string[]) {
  const running = Sidelock.start('console', '--open', ...files)
  const address = /console (http:\/\/127\.0\.0\.1:\d+)/
  await running.until(({ stderr }) => address.test(stderr))
  return { running, url: address.exec(running.stderr)?.[1] ?? '' }
}

/** A run that reveals keys, as the command line records it. */
async function unsafeLines(scenario: string): Promise<readonly string[]> {
  const [start = '', ...others] = await recordedLines(scenario, true)
  return [JSON.stringify({ ...(JSON.parse(start) as object), unsafe: true }), ...others]
}

describe('recorded runs without a network', { timeout: 240_000 }, () => {
  it('are served from their files', async () => {
    const [files, browser] = await Promise.all([recordings('7b-expired', '7a'), startBrowser()])
    const { running, url } = await served(files)
    const page = await openPage(browser, url)
    await isWhole(page)
    for (const view of ['Keys', 'Entities', 'Measure', 'Ladder']) {
      await page.getByRole('button', { name: view, exact: true }).click()
      expect(await violations(page)).toEqual([])
    }
    const [dropped = ''] = await recordings('7c-found')
    const text = JSON.stringify(readFileSync(dropped, 'utf8'))
    const transfer = await page.evaluateHandle(
      `(() => {
        const given = new DataTransfer()
        given.items.add(new File([${text}], 'dropped.jsonl'))
        return given
      })()`,
    )
    await page.locator('.ladder').dispatchEvent('drop', { dataTransfer: transfer })
    await expect.poll(() => page.url(), patience).toMatch(/#run=dropped\.jsonl/)
    await page.locator('.row.result').filter({ hasText: 'branch 7c' }).waitFor()
    running.terminate()
    expect(await running.exit).toBe(0)
  })

  it('show in a run that reveals keys what gives each key again', async () => {
    const [files, browser] = await Promise.all([recordingsOf(['7b-expired'], unsafeLines), startBrowser()])
    const { url } = await served(files)
    const page = await openPage(browser, `${url}/#view=keys`)
    await page.getByRole('note').filter({ hasText: 'unsafe' }).waitFor()
    for (const name of ['Ks_NAF', 'PDK', 'KD-sess', 'PIK']) {
      await page
        .getByRole('row', { name: new RegExp(`^${name} `) })
        .first()
        .click()
      const shown = page.getByRole('region', { name: 'derivation' })
      await shown.getByRole('heading', { name }).waitFor()
      const of = async (label: RegExp) =>
        shown.locator('div').filter({ has: page.locator('dt').filter({ hasText: label }) }).locator('dd').first().textContent() // prettier-ignore
      const octets = async (label: RegExp) => Buffer.from((await of(label)) ?? '', 'hex')
      const output = createHmac('sha256', await octets(/^key, /))
        .update(await octets(/^S$/))
        .digest('hex')
      expect(await of(/^HMAC-SHA-256$/)).toBe(output)
      expect(await of(new RegExp(`^${name}$`))).toBe(name === 'PIK' ? output.slice(32) : output)
    }
    expect(await violations(page)).toEqual([])
  })

  it('are files for any web server, which open from the disk too', async () => {
    const [files, browser] = await Promise.all([recordings('7b-expired', '7a'), startBrowser()])
    const directory = join(temporaryDirectory(), 'public')
    const { code, out } = await command('--export', ...files, '--to', directory)
    expect([code, out]).toEqual([0, [expect.stringContaining(`${join(directory, 'index.html')}: 2 runs`)]])
    await isWhole(await openPage(browser, await webServer(directory)))
    await isWhole(await openPage(browser, pathToFileURL(join(directory, 'index.html')).href))
  })
})

/** `sidelock console`, which reads no configuration. */
const command = (...args: readonly string[]) => sidelock(undefined, ['console', ...args])

it('a recorded run may come by a pipe', async () => {
  const [file = ''] = await recordings('7a')
  const directory = join(temporaryDirectory(), 'public')
  const words = [program, 'console', '--export', '-', '--to', directory]
  const { status, stdout } = spawnSync(process.execPath, words, {
    input: readFileSync(file),
    encoding: 'utf8',
  })
  expect([status, stdout]).toEqual([0, expect.stringContaining('1 run;')])
  expect(readFileSync(join(directory, 'index.html'), 'utf8')).toContain('data-run="stdin"')
})

it('a place that cannot be written is told', async () => {
  const [file = ''] = await recordings('7a')
  const { code, err } = await command('--export', file, '--to', file)
  expect([code, err.join()]).toEqual([73, expect.stringContaining('ERR_OUTPUT_UNWRITABLE')])
})

describe('what is no recorded run', () => {
  it('is told as any file that cannot be used, and not repeated', async () => {
    const file = join(temporaryDirectory(), 'secret.txt')
    writeFileSync(file, 'b0b1b2b3b4b5b6b7')
    const { code, err } = await command('--open', file)
    expect(code).toBe(65)
    expect(err.join('\n')).toContain('ERR_INVALID_RECORDING')
    expect(err.join('\n')).not.toContain('b0b1')
    expect((await command('--open', `${file}.gone`)).code).toBe(66)
  })

  it.each([
    [[]],
    [['--to', 'x']],
    [['--export', 'x.jsonl']],
    [['--open', 'x', '--export', 'y', '--to', 'z']],
  ])('nor are these words a command: %j', async (words) => {
    expect((await command(...words)).code).toBe(64)
  })
})

it('R31: a page that shows keys is for its owner alone, and what stands in a run ends no script', async () => {
  const [start = '', ...others] = await unsafeLines('7a')
  const file = join(temporaryDirectory(), 'unsafe.jsonl')
  const act = { event: 'state', n: 1, ms: 1, node: 'ue1', what: 'act', says: '</script><script>alert(1)' }
  writeFileSync(file, [start, JSON.stringify(act), ...others].join('\n'))
  const directory = temporaryDirectory()
  const { code, err } = await command('--export', file, '--to', directory)
  expect(code).toBe(0)
  expect(err.join()).toContain('unsafe: unsafe.jsonl shows keys')
  const page = join(directory, 'index.html')
  expect(statSync(page).mode & 0o777).toBe(0o600)
  expect(readFileSync(page, 'utf8').match(/<script/g)).toHaveLength(2)
})
