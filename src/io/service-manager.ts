import { spawn } from 'node:child_process'

/**
 * Tells systemd, where it started this process and waits for that, that it serves: sd_notify(3) by its own command, since Node
 * has no datagrams on local sockets.
 */
export function tellReady(environment: NodeJS.ProcessEnv = process.env): void {
  if (environment['NOTIFY_SOCKET'] === undefined) return
  // Without the command nobody can be told; systemd then ends the start by its own time limit, and says so.
  spawn('systemd-notify', ['--ready'], { stdio: 'ignore', env: environment })
    .on('error', () => undefined)
    .unref()
}
