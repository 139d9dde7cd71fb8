import { homedir, platform } from 'node:os'
import { isAbsolute, join } from 'node:path'

/** Where the certificate authority is if nobody chooses: the user's folder for what programs keep. */
export function usualCaFolder(env: Readonly<Record<string, string | undefined>>): string {
  const { XDG_DATA_HOME: data, APPDATA: roaming, HOME: home } = env
  if (platform() === 'win32' && roaming) return join(roaming, 'backstock')
  return data && isAbsolute(data) ? join(data, 'backstock') : join(home || homedir(), '.local', 'share', 'backstock')
}
