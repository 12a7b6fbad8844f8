import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { makeDirectories } from '../directories.ts'
import { unwritable } from '../output.ts'
import { wiresharkDissector } from './dissector.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Writes the dissector where Wireshark looks for the plugins of this user; gives the file, throws OutputUnwritable. */
export function installDissector(environment: Environment): string {
  const folder = pluginFolder(environment)
  const file = join(folder, 'sidelock.lua')
  try {
    makeDirectories(folder)
    writeFileSync(file, `${wiresharkDissector()}\n`)
  } catch (error) {
    throw unwritable(file, error)
  }
  return file
}

/** As tshark says; without it the folder of its documentation. */
function pluginFolder(environment: Environment): string {
  const told = /^Personal Lua Plugins:\s*(.*\S)/m.exec(foldersOfTshark(environment))?.[1]
  if (told !== undefined) return told
  if (process.platform === 'win32' && environment['APPDATA'] !== undefined)
    return join(environment['APPDATA'], 'Wireshark', 'plugins')
  return join(environment['HOME'] ?? homedir(), '.local', 'lib', 'wireshark', 'plugins')
}

function foldersOfTshark(env: Environment): string {
  try {
    return execFileSync('tshark', ['-G', 'folders'], { env, stdio: ['ignore', 'pipe', 'ignore'] }).toString()
  } catch {
    return ''
  }
}
