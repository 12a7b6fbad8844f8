import { pc5Messages } from '../../reference-points/pc5/messages.ts'
import type { MessageRow } from '../../wire/tlv/message.ts'
import { NothingToDo, WrongAct, type Act } from './act.ts'
import { handsOn } from './hands.ts'
import { permit } from './state-acts.ts'

const ue = { name: 'ue', kind: 'ue' } as const
const from = { name: 'from', kind: 'node' } as const
const to = { name: 'to', kind: 'node' } as const
const point = { name: 'point', kind: 'choice', values: ['ub'], optional: true } as const

const messages: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    Object.values<MessageRow>(pc5Messages).map(({ name, fields }) => [
      name,
      [...Object.values(fields).map(({ codec }) => codec.name), 'MAC-I'],
    ]),
  ),
  USER_DATA: ['SDU', 'MAC-I'],
}
const fields = [...new Set(Object.values(messages).flat())]

/** What befalls messages and connections, until it is taken back. */
export const faultActs: readonly Act[] = [
  {
    act: 'block',
    summary: 'a UE does not reach its BSF',
    parameters: [ue, point],
    perform({ ue: name = '' }, stage) {
      handsOn(stage).faults.blockUb(name)
      return Promise.resolve({ says: `${name} does not reach its BSF` })
    },
  },
  {
    act: 'unblock',
    summary: 'it does again',
    parameters: [ue, point],
    perform({ ue: name = '' }, stage) {
      handsOn(stage).faults.unblockUb(name)
      return Promise.resolve({ says: `${name} reaches its BSF` })
    },
  },
  {
    act: 'cut',
    summary: 'nothing passes between two nodes: connections end, and none comes about',
    parameters: [from, to],
    perform({ from: one = '', to: other = '' }, stage) {
      if (one === other) throw new WrongAct(`${one} has no connection with itself`)
      handsOn(stage).faults.cut(one, other)
      return Promise.resolve({ says: `${one} and ${other} are cut from each other` })
    },
  },
  {
    act: 'mend',
    summary: 'it passes again; they connect by themselves',
    parameters: [from, to],
    perform({ from: one = '', to: other = '' }, stage) {
      handsOn(stage).faults.mend(one, other)
      return Promise.resolve({ says: `${one} and ${other} reach each other` })
    },
  },
  {
    act: 'tamper',
    summary: 'the next message of a kind on PC5 arrives with another bit in a field',
    parameters: [
      { name: 'message', kind: 'choice', values: Object.keys(messages) },
      { name: 'field', kind: 'choice', values: fields },
    ],
    perform({ message = '', field = '' }, stage) {
      const known = messages[message] ?? []
      if (!known.includes(field))
        throw new WrongAct(`${message} has no field ${field}`, `one of ${known.join(', ')}`)
      handsOn(stage).faults.tampering = { message, field }
      return Promise.resolve({ says: `the next ${message} arrives with another ${field}` })
    },
  },
  {
    act: 'untamper',
    summary: 'it arrives as it was sent',
    parameters: [],
    perform(_given, stage) {
      const { faults } = handsOn(stage)
      if (!faults.tampering) throw new NothingToDo('nothing is armed to be changed')
      faults.tampering = undefined
      return Promise.resolve({ says: 'messages arrive as they were sent' })
    },
  },
  {
    act: 'loss',
    summary: 'so many of a hundred frames on PC5 do not arrive',
    parameters: [{ name: 'percent', kind: 'number', min: 0, max: 100, unit: '%' }],
    perform({ percent = '' }, stage) {
      handsOn(stage).faults.lossPercent = Number(percent)
      return Promise.resolve({ says: `${percent} % of frames on PC5 are lost` })
    },
  },
  {
    act: 'reset',
    summary: 'every fault is taken back, and permissions are those of the configuration',
    parameters: [],
    async perform(_given, stage) {
      handsOn(stage).faults.clear()
      for (const [key, may] of [...stage.permissions]) {
        const [name = '', network = ''] = key.split(' ')
        await permit(stage, name, network, !may)
      }
      return { says: 'no fault is left' }
    },
  },
]
