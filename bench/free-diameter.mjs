// Debian's freeDiameter as a peer that answers DWR.
import { spawn } from 'node:child_process'
import { accessSync, constants, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { newCaCertificate, newHostCertificate } from '../dist/io/lab/certificates.js'
import { newPrivateKey } from '../dist/io/lab/private-key.js'
import { cpuOfProcess } from './cpu-of-process.mjs'
import { freePort } from './free-port.mjs'

const program = 'freeDiameterd'

const isInstalled = () =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })

async function configuration(directory, port, { originHost, originRealm }) {
  const host = `relay.${originRealm}`
  const file = (name, content) => {
    const path = join(directory, name)
    writeFileSync(path, content, { mode: 0o600 })
    return path
  }
  const [caKey, key] = [newPrivateKey(), newPrivateKey()]
  const ca = file('free-ca.pem', await newCaCertificate(caKey, Date.now()))
  const cert = file('free-host.pem', await newHostCertificate(host, key, caKey, Date.now()))
  return file(
    'free.conf',
    `Identity = "${host}";
Realm = "${originRealm}";
Port = ${port};
SecPort = 0;
No_SCTP;
No_IPv6;
ListenOn = "127.0.0.1";
TLS_Cred = "${cert}", "${file('free-host.key', key)}";
TLS_CA = "${ca}";
LoadExtension = "acl_wl.fdx" : "${file('free-peers.conf', `ALLOW_IPSEC ${originHost}\n`)}";
`,
  )
}

/** Resolves once it serves, with nothing, or ended, with its first complaint. */
const begun = (child) =>
  new Promise((resolve) => {
    let said = ''
    const hear = (chunk) => {
      said = `${said}${chunk}`.slice(-4096)
      if (said.includes('daemon initialized')) resolve()
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('error', ({ message }) => resolve(message))
    child.once('exit', () => resolve(/(?:FATAL|ERROR).*/.exec(said)?.[0] ?? 'it ended'))
  })

/** It serves the named peer on a port of its own; undefined where it is not installed, and `note` is told. */
export async function freeDiameter(directory, peer, note) {
  if (!isInstalled()) {
    note(`${program} is not installed: the comparison with it is left out`)
    return undefined
  }
  const port = await freePort()
  const file = await configuration(directory, port, peer)
  const child = spawn(program, ['-c', file], { stdio: ['ignore', 'pipe', 'pipe'] })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const failure = await begun(child)
  if (failure !== undefined) {
    process.off('exit', kill)
    note(`${program} does not start, so the comparison with it is left out: ${failure}`)
    return undefined
  }
  return {
    port,
    usage: () => ({ cpu: cpuOfProcess(child.pid) }),
    async stop() {
      process.off('exit', kill)
      child.removeAllListeners('exit')
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      const timer = setTimeout(kill, 5_000)
      await ended
      clearTimeout(timer)
    },
  }
}
