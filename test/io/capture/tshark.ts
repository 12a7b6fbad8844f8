import { execFileSync } from 'node:child_process'

/** Lines that tshark prints of a capture; fails where there is no tshark. `home` is where it looks for plugins. */
export const tsharkOf = (home: string, path: string, options: readonly string[]): string[] =>
  execFileSync('tshark', ['-r', path, ...options], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env['PATH'], HOME: home },
    maxBuffer: 256 * 1024 * 1024,
  })
    .toString()
    .split('\n')
    .filter((line) => line !== '')

/** The same without plugins of whoever runs the test. */
export const tshark = (path: string, ...options: readonly string[]): string[] =>
  tsharkOf('/nonexistent', path, options)

/** The values of these fields in the packets that match, separated by tabs. */
export const fields = (path: string, filter: string, ...names: readonly string[]): string[] =>
  tshark(path, '-Y', filter, '-T', 'fields', ...names.flatMap((name) => ['-e', name]))
