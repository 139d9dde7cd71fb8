import { useState } from 'preact/hooks'
import type { ProblemDetail } from '../api/call.js'
import { signIn } from '../api/session.js'
import { Problem } from '../parts/problem.js'

/** Stands in the place of every view while the emulator asks for its control token. */
export function SignIn() {
  const [problem, setProblem] = useState<ProblemDetail | undefined>(undefined)
  const submit = async (event: SubmitEvent) => {
    // The page's policy lets no form go anywhere by itself.
    event.preventDefault()
    const form = event.currentTarget
    if (!(form instanceof HTMLFormElement)) return
    const token = new FormData(form).get('token')
    const answer = await signIn(typeof token === 'string' ? token : '')
    setProblem('problem' in answer ? answer.problem : undefined)
  }
  return (
    <form class="sign-in" onSubmit={submit}>
      <h1>Sign in</h1>
      <p>
        This emulator was started with a control token. It is asked for once; the browser gets a cookie in its place.
      </p>
      <label>
        Control token
        <input name="token" type="password" autocomplete="current-password" required />
      </label>
      {problem !== undefined && <Problem problem={problem} />}
      <button type="submit" class="primary">
        Sign in
      </button>
    </form>
  )
}
