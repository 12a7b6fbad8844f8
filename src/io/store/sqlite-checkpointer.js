// A thread that brings the log of SQLite files into them: that waits for the disk, which the thread of a node must not.
import { parentPort, workerData } from 'node:worker_threads'

const { DatabaseSync } = await import(workerData)

parentPort.on('message', (path) => {
  let error
  try {
    const connection = new DatabaseSync(path)
    try {
      connection.exec('pragma busy_timeout = 2000')
      connection.prepare('pragma wal_checkpoint(passive)').get()
    } finally {
      connection.close()
    }
  } catch (cause) {
    error = String(cause)
  }
  parentPort.postMessage({ error })
})
