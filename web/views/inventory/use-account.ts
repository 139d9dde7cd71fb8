import { useCallback, useEffect, useMemo, useState } from 'preact/hooks'
import type { ProblemDetail } from '../../api/call.js'
import { type AccountDetail, readAccount } from '../../api/stock.js'
import { PendingOrders } from './pending.js'

interface Given {
  readonly pending: PendingOrders
  readonly problem: ProblemDetail | undefined
  readonly reload: () => Promise<void>
}

/** What the account was given; asked for anew where somebody comes back to the page, for nothing tells of its changes. */
export function useAccount(account: string): Given {
  const [detail, setDetail] = useState<AccountDetail | undefined>(undefined)
  const [problem, setProblem] = useState<ProblemDetail | undefined>(undefined)
  const reload = useCallback(async () => {
    const answer = await readAccount(account)
    setProblem('problem' in answer ? answer.problem : undefined)
    if ('value' in answer) setDetail(answer.value)
  }, [account])
  useEffect(() => {
    const stop = new AbortController()
    void reload()
    addEventListener('focus', () => void reload(), { signal: stop.signal })
    return () => stop.abort()
  }, [reload])
  const pending = useMemo(
    () => new PendingOrders(detail?.pending ?? [], detail !== undefined && detail.styles !== null),
    [detail],
  )
  return { pending, problem, reload }
}
