import { z } from 'zod'
import { about } from './about.ts'
import { admin, diameter, replicasOf, store, watch } from './entity.ts'

export const hss = z
  .strictObject({ ...store, diameter, admin, watch, replicas: replicasOf({ admin }) })
  .prefault({})
  .meta(about('Home Subscriber Server', { clause: 'TS 29.109 4' }))
