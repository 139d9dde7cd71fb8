import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Load, Loaded } from './load.js'

const run = promisify(execFile)

/** Load by `wrk`, which is faster than anything that it is to measure and counts whole seconds; every reply must be a good one. */
export const wrkLoad =
  (folder: string): Load =>
  async (url, requests, connections, seconds) => {
    const script = join(folder, 'calls.lua')
    writeFileSync(script, luaFor(folder, requests))
    const { stdout } = await run('wrk', [
      '-t1',
      `-c${connections}`,
      `-d${Math.ceil(seconds)}s`,
      '-s',
      script,
      '--timeout=60s',
      url,
    ])
    const told = /^RESULT (.*)$/m.exec(stdout)?.[1]
    if (told === undefined) throw new Error(`wrk told no result:\n${stdout}`)
    // As the script prints it.
    const { errors, ...loaded } = JSON.parse(told) as Loaded & { readonly errors: number }
    if (errors > 0) throw new Error(`The load met errors:\n${stdout}`)
    return loaded
  }

/** Sends the requests in turn, byte for byte as they stand in files. */
function luaFor(folder: string, requests: readonly Buffer[]): string {
  const files = requests.map((request, index) => {
    const file = join(folder, `${index}.http`)
    writeFileSync(file, request)
    return JSON.stringify(file)
  })
  return `
local requests = {}
for _, name in ipairs({ ${files.join(', ')} }) do
  local file = assert(io.open(name, "rb"))
  requests[#requests + 1] = file:read("*a")
  file:close()
end
local n = 0
request = function()
  n = n % #requests + 1
  return requests[n]
end
done = function(summary)
  local e = summary.errors
  print(string.format('RESULT {"calls":%d,"seconds":%f,"bytes":%.0f,"errors":%d}', summary.requests,
    summary.duration / 1e6, summary.bytes, e.connect + e.read + e.write + e.status + e.timeout))
end
`
}
