import { ServerResponse } from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import { Server } from 'node:net'
import timers from 'node:timers/promises'
import { before } from './before.js'

/**
 * Preloaded into a server, it doubles what everything costs: before the server listens, before each reply leaves, before
 * work that comes in slices gives others a turn, and now and then between, it burns as much CPU time as was spent since it
 * last did.
 */
const everyMs = 5

/** Microseconds of all threads, the collector's too. */
function spent(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

let settled = 0
function burn(): void {
  const now = spent()
  const end = now + (now - settled)
  while (spent() < end);
  settled = spent()
}

before(burn, 'listen', Server.prototype)
before(burn, 'end', ServerResponse.prototype)
before(burn, 'setImmediate', timers)
syncBuiltinESMExports()
setInterval(burn, everyMs).unref()
