import { z } from 'zod'
import { about } from './about.ts'
import { admin, diameter, store } from './entity.ts'

export const hss = z
  .strictObject({ ...store, diameter, admin })
  .prefault({})
  .meta(about('Home Subscriber Server', { clause: 'TS 29.109 4' }))
