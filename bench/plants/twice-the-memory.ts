import { ServerResponse } from 'node:http'
import { constants, PerformanceObserver } from 'node:perf_hooks'
import { before } from './before.js'

/**
 * Preloaded into a server, it holds as much again as the server does: of the heap what is alive after a collection, and
 * outside of it what is missing to twice the memory of the process.
 */
const everyMs = 20
const step = 2 ** 20

const onHeap: number[][] = []
new PerformanceObserver((list) => {
  const major = list.getEntries().some((entry) => kindOf(entry) === constants.NODE_PERFORMANCE_GC_MAJOR)
  if (!major) return
  const own = process.memoryUsage().heapUsed - onHeap.length * step
  // Eight bytes each.
  while (onHeap.length * step < own) onHeap.push(new Array(step / 8).fill(0.5))
}).observe({ entryTypes: ['gc'] })

/** Of entries for collections Node says which they were, which the types do not know of. */
function kindOf(entry: object): unknown {
  const detail: unknown = 'detail' in entry ? entry.detail : undefined
  return typeof detail === 'object' && detail !== null && 'kind' in detail ? detail.kind : undefined
}

const outside: Buffer[] = []
function hold(): void {
  const held = (outside.length + onHeap.length) * step
  // The most that there was: of a large call much is gone by now.
  const own = process.resourceUsage().maxRSS * 1024 - held
  for (let missing = own - held; missing > 0; missing -= step) outside.push(Buffer.alloc(step, 1))
}

// What a large call takes is gone soon after its reply.
before(hold, 'end', ServerResponse.prototype)
setInterval(hold, everyMs).unref()
