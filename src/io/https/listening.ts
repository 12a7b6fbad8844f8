import type { Server } from 'node:net'

/** Resolves when the server listens; rejects with the error of its socket. */
export const listening = (
  server: Server,
  { address, port }: { readonly address: string; readonly port: number },
): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, address, () => {
      server.off('error', reject)
      resolve()
    })
  })
