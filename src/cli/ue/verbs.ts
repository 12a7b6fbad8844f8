import { shortBTid } from '../../core/identities/b-tid.ts'
import { milliseconds } from '../../core/units.ts'
import type { ShownLink, UeByHand } from '../../testbed/ue-by-hand.ts'
import { WrongUsage } from '../errors.ts'
import { exitCodes, type ExitCode } from '../exit-codes.ts'
import { nearMiss } from '../near-miss.ts'
import { tableOf } from '../table.ts'
import { linesOf, wishOf } from './document.ts'
import { linkLine, linkLines, ueLines } from './shown.ts'

/** What a verb tells: an object for programs, lines for people. */
export type Say = (json: object, ...lines: readonly string[]) => void

interface Verb {
  /** What follows the verb; in brackets what may be left out. */
  readonly takes: string
  readonly does: string
  /** `running`: only of a UE that runs. `linked`: a UE that was started for it makes a link first. */
  readonly needs: 'nothing' | 'linked' | 'running'
  readonly run: (hand: UeByHand, words: readonly string[], say: Say) => Promise<ExitCode>
}

export const verbs = {
  discover: {
    ...{ takes: '[PEER]', does: 'who is in reach', needs: 'nothing' },
    async run(hand, [peer], say) {
      const heard = await hand.discover(peer)
      for (const row of heard) say({ event: 'row', schema: 1, ...row })
      const lines = heard.map(({ peer: name, layer2Id, model, relayServiceCode = '' }) => [
        ...[name, layer2Id, `model ${model}`],
        relayServiceCode && `relay for ${relayServiceCode}`,
      ])
      const none = peer === undefined ? 'nobody was heard in 3 s' : `${peer} was not heard`
      say({}, ...(heard.length > 0 ? tableOf(['UE', 'LAYER-2 ID', 'HEARD', ''], lines) : [none]))
      return heard.length > 0 ? exitCodes.done : exitCodes.otherOutcome
    },
  },
  connect: {
    ...{ takes: 'PEER', does: 'a secured link, steps 2 to 14', needs: 'nothing' },
    async run(hand, [peer = ''], say) {
      const { link: label, ...result } = await hand.connect(peer)
      const link = hand.links().find((one) => one.link === label)
      const { outcome, reason, clause, endedAt } = result
      const why = [endedAt === null ? '' : `step ${endedAt}`, reason ?? '', clause ?? ''].filter(
        (part) => part !== '',
      )
      const line = link ? linkLine(link) : why.join('   ')
      say({ event: 'result', schema: 1, verb: 'connect', peer, ...result, ...link }, `${outcome}   ${line}`)
      return outcome === 'secured' ? exitCodes.done : exitCodes.otherOutcome
    },
  },
  links: {
    ...{ takes: '', does: 'live links', needs: 'running' },
    run(hand, _, say) {
      const links = hand.links()
      for (const link of links) say({ event: 'row', schema: 1, ...link })
      say({}, ...(links.length > 0 ? linkLines(links) : ['no links']))
      return Promise.resolve(exitCodes.done)
    },
  },
  send: {
    ...{ takes: 'PEER TEXT...', does: 'text, shown at the prompt of the peer', needs: 'linked' },
    run(hand, [peer = '', ...words], say) {
      const { label } = hand.link(peer)
      const octets = hand.send(label, words.join(' '))
      say(
        { event: 'result', schema: 1, verb: 'send', link: label, octets },
        `${octets} octets sent over ${label}`,
      )
      return Promise.resolve(exitCodes.done)
    },
  },
  ping: {
    ...{ takes: 'PEER [COUNT]', does: 'ICMPv6 echo over the link', needs: 'linked' },
    async run(hand, [peer = '', count = '4'], say) {
      if (!/^[1-9]\d{0,3}$/.test(count))
        throw new WrongUsage(`${count} is no number of pings`, 'from 1 to 9999')
      const { label } = hand.link(peer)
      const times: number[] = []
      for (let nth = 1; nth <= Number(count); nth++) {
        const ms = await hand.ping(label, patience)
        if (ms !== undefined) times.push(ms)
        const line = ms === undefined ? 'no answer' : `${ms < 1 ? 'below 1' : ms} ms`
        say(
          { event: 'row', schema: 1, verb: 'ping', link: label, nth, ms: ms ?? null },
          `echo ${nth} over ${label}: ${line}`,
        )
      }
      const sent = Number(count)
      const summary = { sent, answered: times.length }
      say(
        { event: 'result', schema: 1, verb: 'ping', link: label, ...summary },
        `${sent} sent, ${times.length} answered`,
      )
      return times.length > 0 ? exitCodes.done : exitCodes.otherOutcome
    },
  },
  get: {
    ...{ takes: 'URL [HOST:PORT]', does: 'a document of a NAF, after GBA', needs: 'nothing' },
    async run(hand, [url = '', address], say) {
      const { wish, at } = wishOf(url, address)
      const got = await hand.get(wish, at)
      const { status, contentType = null, proof, btid } = got
      const lines = linesOf(got)
      const told = { status, contentType, proof, btid: btid === undefined ? null : shortBTid(btid) }
      say({ event: 'result', schema: 1, verb: 'get', ...told, body: lines.join('\n') }, ...lines)
      return status >= 200 && status < 300 ? exitCodes.done : exitCodes.otherOutcome
    },
  },
  rekey: {
    ...{ takes: 'PEER', does: 'new session keys for a link, which goes on', needs: 'running' },
    async run(hand, [peer = ''], say) {
      const link = await hand.rekey(hand.link(peer).label)
      say(
        { event: 'result', schema: 1, verb: 'rekey', ...link },
        `${link.link} has new keys   KD-sess ID ${link.kdSessId}   KD-sess #${link.keys['KD-sess']}`,
      )
      return exitCodes.done
    },
  },
  release: {
    ...{ takes: 'PEER', does: 'ends a link', needs: 'running' },
    async run(hand, [peer = ''], say) {
      const { label } = hand.link(peer)
      await hand.release(label)
      say({ event: 'result', schema: 1, verb: 'release', link: label }, `${label} is released`)
      return exitCodes.done
    },
  },
  show: {
    ...{
      takes: '[PEER]',
      does: 'the UE and its links: context, counters, algorithms, lifetimes',
      needs: 'running',
    },
    run(hand, [peer], say) {
      const ue = hand.show()
      const labels = peer === undefined ? undefined : [hand.link(peer).label]
      const links: readonly ShownLink[] = hand.links().filter(({ link }) => !labels || labels.includes(link))
      say({ event: 'result', schema: 1, verb: 'show', ...ue, links }, ...ueLines(ue), ...linkLines(links))
      return Promise.resolve(exitCodes.done)
    },
  },
} as const satisfies Readonly<Record<string, Verb>>

const patience = milliseconds(2_000)

const verbNames = Object.keys(verbs) as (keyof typeof verbs)[]

export const verbHelp = (): readonly string[] =>
  verbNames.map((name) => `  ${`${name} ${verbs[name].takes}`.padEnd(22)} ${verbs[name].does}`)

/** The verb of a command line with the right number of words behind it; throws WrongUsage. */
export function verbOf([name = '', ...words]: readonly string[]): Verb & {
  readonly words: readonly string[]
} {
  const known = verbNames.find((some) => some === name)
  if (!known) {
    const meant = nearMiss(name, verbNames)
    throw new WrongUsage(
      `there is no verb ${name}`,
      meant ? `did you mean ${meant}` : `one of ${verbNames.join(', ')}`,
    )
  }
  const verb: Verb = verbs[known]
  const all = verb.takes.split(' ').filter((word) => word !== '')
  const least = all.filter((word) => !word.startsWith('[')).length
  const most = verb.takes.endsWith('...') ? Number.POSITIVE_INFINITY : all.length
  if (words.length < least || words.length > most)
    throw new WrongUsage(
      `${known} takes ${verb.takes === '' ? 'nothing more' : verb.takes}`,
      `npx sidelock ue --help`,
    )
  return { ...verb, words }
}
