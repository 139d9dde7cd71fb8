/** What the process that the emulator runs in takes of its machine. */
export interface Machine {
  readonly residentBytes: number
  readonly heapUsedBytes: number
  readonly heapTotalBytes: number
  /** Seconds of CPU since the process began. */
  readonly cpuSeconds: number
  /** Since 1970. */
  readonly startedAtSeconds: number
  /** Seconds in which the event loop had work, and waited for some; asking for its delay would need a timer at all times. */
  readonly loopActiveSeconds: number
  readonly loopIdleSeconds: number
}

/** Reads it off this process. */
export function thisMachine(): Machine {
  const { rss, heapUsed, heapTotal } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  const { active, idle } = performance.eventLoopUtilization()
  return {
    residentBytes: rss,
    heapUsedBytes: heapUsed,
    heapTotalBytes: heapTotal,
    cpuSeconds: (user + system) / 1_000_000,
    startedAtSeconds: performance.timeOrigin / 1_000,
    loopActiveSeconds: active / 1_000,
    loopIdleSeconds: idle / 1_000,
  }
}
