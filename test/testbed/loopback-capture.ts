import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { readFileSync, watch } from 'node:fs'

/** Ends in the capture after everything that was on the way before. */
const lastPacket = 'the last packet of this capture'
const discard = 9

/** What goes over this TCP port of loopback, until `end`, which resolves when every packet is in the file. */
export async function captureLoopback(port: number, file: string): Promise<{ end(): Promise<void> }> {
  const filter = `tcp port ${port} or udp port ${discard}`
  const dumpcap = spawn('dumpcap', ['-q', '-i', 'lo', '-f', filter, '-w', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = new Promise<void>((resolve) => dumpcap.once('exit', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    dumpcap.stderr.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('File:')) resolve()
    })
    dumpcap.once('error', reject)
    dumpcap.once('exit', () => reject(new Error('dumpcap ended')))
  })
  return {
    async end() {
      const written = new Promise<void>((resolve) => {
        const watcher = watch(file, () => {
          if (!readFileSync(file).includes(lastPacket)) return
          watcher.close()
          resolve()
        })
      })
      const socket = createSocket('udp4')
      socket.send(lastPacket, discard, '127.0.0.1', () => socket.close())
      await written
      dumpcap.kill('SIGINT')
      await ended
    },
  }
}
