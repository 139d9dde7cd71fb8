import { useEffect, useRef, useState } from 'preact/hooks'
import { type Level, listLevels } from '../../api/levels.js'
import { levelKey } from './levels.js'

const mostKept = 400
const settledMs = 120
const atOnce = 4

/** The past of the levels in sight, newest first: asked for where somebody stays, and anew where a level has changed. */
export function useHistories(
  site: string,
  levels: readonly (Level | undefined)[],
): (level: Level) => readonly Level[] | undefined {
  const [known, setKnown] = useState<ReadonlyMap<string, Level>>(new Map())
  const asked = useRef(known)
  asked.current = known
  useEffect(() => {
    const stop = new AbortController()
    const timer = setTimeout(() => {
      const isStale = (level: Level) => asked.current.get(levelKey(level))?.received_at !== level.received_at
      const codes = levels.filter((level) => level !== undefined && isStale(level)).map((level) => level?.code ?? '')
      const left = [...new Set(codes)]
      const ask = async () => {
        for (let code = left.shift(); code !== undefined; code = left.shift()) {
          const answer = await listLevels(site, new URLSearchParams({ code, history: 'true' }), stop.signal)
          if ('problem' in answer) return
          const { levels: found } = answer.value
          setKnown((before) => {
            const next = new Map(before)
            for (const level of found) {
              next.delete(levelKey(level))
              next.set(levelKey(level), level)
            }
            return new Map([...next].slice(-mostKept))
          })
        }
      }
      // What is asked for no longer is of no use to anybody.
      for (let each = 0; each < atOnce; each++) void ask().catch(() => undefined)
    }, settledMs)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [site, levels])
  return (level) => known.get(levelKey(level))?.history
}
