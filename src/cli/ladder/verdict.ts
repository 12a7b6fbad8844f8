import type { ScenarioResult } from '../../testbed/result.ts'
import { counted, displayName, duration, grouped } from '../../ladder/names.ts'
import type { Page } from './page.ts'

const labelWidth = 11
const longestLine = 100

/** How it ended and what it took, for a terminal. */
export function verdictLines(result: ScenarioResult, told: readonly string[], page: Page): string[] {
  const { signs, colors } = page
  const word = result.outcome.replace('-', ' ')
  const label = ` ${word.padEnd(labelWidth - 2)} `
  const painted = result.outcome === 'secured' ? colors.green(label) : colors.red(label)
  const indent = ' '.repeat(labelWidth)
  const [left, right] = summary(result)
  const room = Math.min(page.width, longestLine) - labelWidth - 1
  const gap = room - left.length - right.length
  const [first = '', ...more] = gap < 3 ? wrapped([left, right], room) : [left + ' '.repeat(gap) + right]
  return [
    painted + signs.text(first),
    ...more.map((line) => indent + signs.text(line)),
    ...wrapped(consequences(result, told), room).map((line) => indent + signs.text(line)),
    ...costs(result, room).map((line) => indent + line),
  ]
}

function summary(result: ScenarioResult): [left: string, right: string] {
  if (result.outcome !== 'secured') return [because(result), expectation(result)]
  const attempts = result.attempts > 1 ? `, ${ordinal(result.attempts)} attempt` : ''
  const keys = result.keysEqual === false ? 'keys differ' : 'keys equal at UE-1 and UE-2'
  const left = [`branch ${result.branch ?? 'none'}${attempts}`, algorithms(result), keys]
    .filter((part) => part !== '')
    .join('   ')
  return [left, result.expected !== false ? duration(result.ms) : expectation(result)]
}

const algorithms = ({ eea, eia }: ScenarioResult): string =>
  [eea, eia].filter((name) => name !== null).join(' ')

/** Who said no and why; without anybody who did, where UE-1 gave up. */
function because({ endedAt, branch, reason, decidedBy }: ScenarioResult): string {
  if (decidedBy) return `step ${decidedBy.step}, ${displayName(decidedBy.node)}: ${decidedBy.reason}`
  const step = endedAt === null ? [] : [`step ${endedAt}`]
  const way = branch === null ? [] : [`branch ${branch}`]
  return [...step, ...way, reason ?? ''].filter((part) => part !== '').join('   ')
}

/** What each was told instead, what UE-1 makes of it, and what to change for another outcome. */
function consequences({ outcome, reason, clause }: ScenarioResult, told: readonly string[]): string[] {
  if (outcome === 'secured') return []
  const hint = remedies[reason ?? '']
  return [
    ...(told.length === 0 ? [] : [`told: ${told.join(', ')}`]),
    ...(reason === null ? [] : [`at UE-1: ${reason}${clause === null ? '' : `, ${clause}`}`]),
    ...(hint === undefined ? [] : [hint]),
  ]
}

const remedies: Readonly<Record<string, string>> = {
  ERR_NOT_AUTHORISED:
    'to allow it: permissions, publicSafety, mayLinkWith of the subscriber in the YAML file',
  ERR_IMSI_POLICY: 'to allow it: imsiOverPc5 and imsiOverPc5PerHour of the UE in the YAML file',
  ERR_TEMPORARY_FAILURE: 'it may be tried again; nobody is asked to bootstrap or to send an IMSI',
}

/** Broken between words where a line is too long. */
function wrapped(lines: readonly string[], room: number): string[] {
  return lines.flatMap((line) => {
    const parts: string[] = []
    for (const word of line.split(' ')) {
      const last = parts.at(-1)
      if (last !== undefined && last.length + 1 + word.length <= room)
        parts[parts.length - 1] = `${last} ${word}`
      else parts.push(last === undefined ? word : `  ${word}`)
    }
    return parts
  })
}

function expectation({ expected, ms }: ScenarioResult): string {
  if (expected === null) return duration(ms)
  return expected ? 'as this scenario expects' : 'not what this scenario expects'
}

const ordinal = (count: number): string => `${count}${count === 2 ? 'nd' : count === 3 ? 'rd' : 'th'}`

function costs(result: ScenarioResult, room: number): string[] {
  const { bootstrapMessages, bootstrapMs, messages, octets, setupMs, roundTrips } = result
  const before = `steps 0-1: ${counted(bootstrapMessages, 'message')}, ${duration(bootstrapMs)}`
  const trips = counted(roundTrips, 'round trip')
  const setup = `2-14: ${counted(messages, 'message')}, ${grouped(octets)} octets, ${duration(setupMs)}, ${trips}`
  const line = `${before}   ${setup}`
  return line.length <= room ? [line] : [before, setup]
}

/** What somebody who saw a first set-up may want to type. */
export function whatNext(result: ScenarioResult, url: string | undefined): string[] {
  const other = result.scenario === '7c-found' ? '7a' : '7c-found'
  const stays = result.outcome === 'secured' ? 'UE-1 and UE-2 stay linked (L1)' : 'The network stays up'
  return [
    ` ${stays} until Ctrl-C. What next:`,
    ...[
      ...(url === undefined ? [] : [['see', `open ${url}`, 'every octet, key and timer of this ladder']]),
      ['force', `npx sidelock run ${other}`, 'the others: npx sidelock scenarios'],
      ['keep', `npx sidelock run ${result.scenario} --pcap ${result.scenario}.pcapng`, 'opens in Wireshark'],
      ['again', 'press Enter', 'another set-up between the same UEs'],
      ['yours', 'npm start -- --config my.yaml', 'start from a copy of examples/two-plmns.yaml'],
    ].map(([verb = '', command = '', why = '']) => `   ${verb.padEnd(8)}${command.padEnd(45)}${why}`),
  ]
}
