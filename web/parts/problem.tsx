import type { ProblemDetail } from '../api/call.js'

/** What the emulator said was wrong, where it happened. */
export function Problem({ problem, onRetry }: { readonly problem: ProblemDetail; readonly onRetry?: () => void }) {
  return (
    <div class="problem" role="alert">
      <p>{problem.detail}</p>
      {onRetry !== undefined && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  )
}
