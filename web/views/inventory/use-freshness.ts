import { useEffect, useRef } from 'preact/hooks'
import { newestCall } from '../../live/feed.js'
import { seedLoaded } from './seed-loaded.js'

/**
 * Calls `refresh` where what stands in the account or site may have changed: a call came, a seed was loaded here, or it
 * has another count of rows, as where somebody else uses the control plane. What changes then is told as a text.
 */
export function useFreshness(count: number | undefined, refresh: () => void): string {
  const newest = newestCall.value
  const loaded = seedLoaded.value
  const before = useRef({ newest, loaded, count })
  useEffect(() => {
    const { current } = before
    // The first count that is told is no other count.
    const isOther = count !== current.count && current.count !== undefined
    before.current = { newest, loaded, count }
    if (isOther || newest !== current.newest || loaded !== current.loaded) refresh()
  }, [newest, loaded, count])
  return `${newest} ${loaded} ${count}`
}
