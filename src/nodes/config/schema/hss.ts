import { z } from 'zod'
import { about } from './about.ts'
import { diameter, replicasOf, store, watch } from './entity.ts'

export const hss = z
  .strictObject({ ...store, diameter, watch, replicas: replicasOf({}) })
  .prefault({})
  .meta(about('Home Subscriber Server', { clause: 'TS 29.109 4' }))
