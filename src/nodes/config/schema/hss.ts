import { z } from 'zod'
import { about } from './about.ts'
import { diameter, store, watch } from './entity.ts'

export const hss = z
  .strictObject({ ...store, diameter, watch })
  .prefault({})
  .meta(about('Home Subscriber Server', { clause: 'TS 29.109 4' }))
