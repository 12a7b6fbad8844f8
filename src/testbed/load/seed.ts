import { dirname, join, resolve } from 'node:path'
import { readSecret } from '../../io/lab/secret-file.ts'
import { writeOnce } from '../../io/lab/files.ts'
import { systemRandom } from '../../io/system.ts'
import { hex, utf8 } from '../../core/bytes.ts'
import type { NetworkConfig } from '../../nodes/config/network-config.ts'

const octets = 32

/** Where the seed of made subscribers is unless told otherwise: beside the secrets of the lab or of the file. */
export const seedFileOf = ({ file, lab }: NetworkConfig): string =>
  join(lab?.directory ?? dirname(resolve(file)), 'secrets', 'load.seed')

/** The seed in a file: 64 hex digits, mode 0600. Whoever has it has the keys of all its subscribers. Throws InvalidConfig. */
export const readSeed = (config: NetworkConfig, file: string): Uint8Array =>
  readSecret(config.file, { path: '--seed-file', file, what: 'seed', octets: [octets], form: 'hex' })

/** A seed that is drawn unless the file is there. */
export const makeSeed = (file: string): void => writeOnce(file, utf8(`${hex(systemRandom.octets(octets))}\n`))
