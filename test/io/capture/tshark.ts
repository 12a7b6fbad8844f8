import { execFileSync } from 'node:child_process'

/** Lines that tshark prints of a capture, without plugins of whoever runs the test; fails where there is no tshark. */
export const tshark = (path: string, ...options: readonly string[]): string[] =>
  execFileSync('tshark', ['-r', path, ...options], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env['PATH'], HOME: '/nonexistent' },
    maxBuffer: 256 * 1024 * 1024,
  })
    .toString()
    .split('\n')
    .filter((line) => line !== '')

/** The values of these fields in the packets that match, separated by tabs. */
export const fields = (path: string, filter: string, ...names: readonly string[]): string[] =>
  tshark(path, '-Y', filter, '-T', 'fields', ...names.flatMap((name) => ['-e', name]))
