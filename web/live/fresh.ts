import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { type Answer, isSignedOut, type ProblemDetail } from '../api/call.js'
import { newestCall } from './feed.js'

/** However many calls come, what they change is asked for anew no more often. */
const settleMs = 800

export interface Fresh<Value> {
  /** The last that was told; it stays in sight while it is asked for anew, and where that fails. */
  readonly value: Value | undefined
  readonly problem: ProblemDetail | undefined
  readonly reload: () => void
}

type Told<Value> = { readonly key: string; readonly value?: Value; readonly problem?: ProblemDetail }

/**
 * What the control plane tells, asked anew as calls come and every `everyMs`, while the page is seen. `key` names what is
 * asked: with another one the last answer is forgotten.
 */
export function useFresh<Value>(
  key: string,
  everyMs: number,
  ask: (stop: AbortSignal) => Promise<Answer<Value>>,
): Fresh<Value> {
  const [told, setTold] = useState<Told<Value>>({ key })
  const newestAsk = useRef(ask)
  newestAsk.current = ask
  const asked = useRef<{ readonly key: string; readonly closing: AbortController; isStale: boolean } | undefined>(
    undefined,
  )

  const reload = useCallback(() => {
    // An answer that is on its way may be older than what happened since: it is shown, and asked for once more.
    if (asked.current?.key === key) {
      asked.current.isStale = true
      return
    }
    const own = { key, closing: new AbortController(), isStale: false }
    asked.current = own
    const { signal } = own.closing
    newestAsk
      .current(signal)
      .then((answer) => {
        if (signal.aborted) return
        if ('value' in answer) setTold({ key, value: answer.value })
        else setTold((before) => ({ ...(before.key === key ? before : { key }), problem: answer.problem }))
      })
      // Only a call that was given up throws.
      .catch(() => {})
      .finally(() => {
        if (asked.current === own) asked.current = undefined
        if (own.isStale && !signal.aborted) reload()
      })
  }, [key])

  const isOut = isSignedOut.value
  useEffect(() => {
    reload()
    return () => {
      asked.current?.closing.abort()
      asked.current = undefined
    }
  }, [reload, isOut])

  useEffect(() => {
    let seen = newestCall.peek()
    let settling: ReturnType<typeof setTimeout> | undefined
    const forget = newestCall.subscribe((newest) => {
      if (newest === seen || settling !== undefined) return
      settling = setTimeout(() => {
        settling = undefined
        seen = newestCall.peek()
        reload()
      }, settleMs)
    })
    return () => {
      forget()
      clearTimeout(settling)
    }
  }, [reload])

  useEffect(() => {
    const again = () => {
      if (!document.hidden) reload()
    }
    const timer = setInterval(again, everyMs)
    document.addEventListener('visibilitychange', again)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', again)
    }
  }, [reload, everyMs])

  const isOfKey = told.key === key
  return { value: isOfKey ? told.value : undefined, problem: isOfKey ? told.problem : undefined, reload }
}
