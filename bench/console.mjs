// How soon the page of the console is seen, and whether it stays smooth with many messages and while many arrive.
import { existsSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { startConsoleServer } from '../dist/console/server/console-server.js'
import { RecordedRuns } from '../dist/console/server/recorded-runs.js'
import { eventOfLine } from '../dist/testbed/event-lines.js'
import { median, rounded, spread } from './statistics.mjs'

const chromiumFile = '/usr/bin/chromium'
const command = fileURLToPath(new URL('../bin/sidelock.js', import.meta.url))

/** Undefined where there is no Chromium, or no way to drive it. */
async function browserOfBench() {
  if (!existsSync(chromiumFile)) return undefined
  try {
    const { chromium } = await import('playwright-core')
    return await chromium.launch({ executablePath: chromiumFile, args: ['--no-sandbox', '--disable-gpu'] })
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
    return undefined
  }
}

/** What a set-up tells: events that may be told again and again. */
function recorded() {
  const text = execFileSync(process.execPath, [command, 'run', '7b-expired', '--simulated', '--json'])
  const lines = text
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const [start] = lines
  const begun = Date.parse(start.time)
  const told = lines.filter(({ event }) => event === 'message' || event === 'state')
  return {
    about: {
      scenario: start.scenario,
      nodes: start.network,
      start: begun,
      unsafe: false,
      network: 'standing',
    },
    events: told.map((line) => eventOfLine(line, begun)),
  }
}

/** A console whose run has so many messages, with what tells it more. */
async function consoleOfBench({ about, events }, messages) {
  const runs = new RecordedRuns()
  const run = runs.begin(about)
  let next = 0
  let time = about.start
  /** Tells so many messages and the decisions between them. */
  const tell = (count) => {
    for (let told = 0; told < count;) {
      const event = events[next++ % events.length]
      run.tap({ ...event, time: (time += 5) })
      if (event.kind === 'message') told++
    }
  }
  tell(messages)
  const shown = {
    ...{ runs, armed: () => '[]', nodes: async () => [], node: async () => ({}), perform: async () => ({}) },
    network: () => ({
      file: 'bench.yaml',
      nodes: about.nodes,
      ues: [],
      scenarios: [],
      acts: [],
      unsafe: false,
    }),
  }
  const fault = (error) => {
    throw error
  }
  const server = await startConsoleServer(shown, { host: '127.0.0.1', port: 0 }, fault)
  return { url: `http://127.0.0.1:${server.address.port}`, tell, close: () => server.close() }
}

/** The longest task of the page while `work` goes on, in ms of CPU: others that want the processor do not lengthen it. */
async function longestTask(browser, page, work) {
  await browser.startTracing(page, { categories: ['toplevel'] })
  await work()
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString())
  const threadOf = ({ pid, tid }) => `${pid} ${tid}`
  const main = traceEvents
    .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
    .map(threadOf)
  const tasks = traceEvents.filter(({ name, tdur }) => name.endsWith('RunTask') && tdur !== undefined)
  return Math.max(...tasks.filter((task) => main.includes(threadOf(task))).map(({ tdur }) => tdur / 1000))
}

/** Runs in the page: milliseconds from the start of its loading to the first paint, and to the first row of the ladder. */
const paints = async () => {
  const { performance, document, requestAnimationFrame } = globalThis
  while (!document.querySelector('.ladder .row')) await new Promise(requestAnimationFrame)
  const row = performance.now()
  while (performance.getEntriesByName('first-contentful-paint').length === 0)
    await new Promise(requestAnimationFrame)
  return { paint: performance.getEntriesByName('first-contentful-paint')[0].startTime, row }
}

/** Runs in the page: milliseconds from a filter to the rows that it leaves. */
const filtered = async (text) => {
  const { performance, document, requestAnimationFrame } = globalThis
  const field = document.querySelector('#filter')
  const begun = performance.now()
  field.value = text
  field.dispatchEvent(new Event('input', { bubbles: true }))
  await new Promise(requestAnimationFrame)
  await new Promise(requestAnimationFrame)
  return performance.now() - begun
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Each in a context of its own: nothing is in a cache. */
async function opened(browser, url) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  const page = await context.newPage()
  await page.goto(url)
  return { page, seen: await page.evaluate(paints), close: () => context.close() }
}

const row = (values, unit, what, must) => {
  const value = rounded(median(values))
  return { value, unit, spread: spread(values).map(rounded), ...(must && { must, lower: true }), what }
}

/** Messages a second for so many seconds, told every 20 ms. */
async function live(tell, rate, seconds) {
  for (let turn = 0; turn < seconds * 50; turn++) {
    tell(rate / 50)
    await sleep(20)
  }
}

export async function consolePage({ smoke, progress }) {
  const browser = await browserOfBench()
  if (!browser) {
    progress('no Chromium or no playwright-core here')
    return []
  }
  const rounds = smoke ? 1 : 5
  const [messages, seconds] = smoke ? [100, 0.2] : [5_000, 10]
  const run = recorded()
  try {
    const small = await consoleOfBench(run, 80)
    const times = []
    for (let round = 0; round < rounds; round++) {
      const page = await opened(browser, small.url)
      times.push(page.seen)
      await page.close()
    }
    await small.close()
    progress(`${messages} messages`)
    const large = await consoleOfBench(run, messages)
    const { page, seen, close } = await opened(browser, large.url)
    await page.waitForFunction(
      (count) => Number(document.querySelector('.ladder')?.getAttribute('aria-rowcount')) > count / 4,
      messages,
    )
    const filters = []
    for (const text of ['point:PC6', 'step:12', 'ue:UE-1', 'security', ''])
      filters.push(await page.evaluate(filtered, text))
    progress('200 messages a second')
    const longest = await longestTask(browser, page, () => live(large.tell, 200, seconds))
    await close()
    await large.close()
    return [
      row(
        times.map(({ paint }) => paint / 1000),
        's',
        'first paint',
        1,
      ),
      row(
        times.map(({ row }) => row / 1000),
        's',
        'first row of the ladder',
      ),
      row([seen.row / 1000], 's', `first row of ${messages} messages`),
      row(filters, 'ms', `a filter over ${messages} messages, drawn`),
      row([longest], 'ms of CPU', `longest task at 200 messages a second, ${messages} before`, 50),
    ]
  } finally {
    await browser.close()
  }
}
