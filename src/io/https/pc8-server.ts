import type { Pc8Subscriber } from '../../entities/kmf/ports.ts'
import { startGbaServer, type GbaServer, type GbaServerOptions } from './gba-server.ts'
import { servePc8, type Pc8HttpOptions } from './pc8-http.ts'

export interface Pc8ServerOptions
  extends
    Pc8HttpOptions,
    Omit<GbaServerOptions<Pc8Subscriber>, 'associate' | 'serve' | keyof Pc8HttpOptions> {}

/** PC8 at the KMF. TS 33.222 5.4, TS 24.109 5.3.3. */
export const startPc8Server = (options: Pc8ServerOptions): Promise<GbaServer> =>
  startGbaServer<Pc8Subscriber>({
    ...options,
    associate: (offer) => options.service.associate(offer),
    serve: ({ name, ue }, incoming, outgoing) =>
      servePc8({ name, subscriber: ue }, incoming, outgoing, options),
    count: (counter) => options.count(`pc8-${counter}`),
  })
