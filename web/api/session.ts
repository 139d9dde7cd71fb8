import { type Answer, call, isSignedOut } from './call.js'

/** Brings the control token once; from then on the browser sends a cookie that no script can read. */
export async function signIn(token: string): Promise<Answer<undefined>> {
  const answer = await call<undefined>('POST', 'session', { body: { token } })
  if ('value' in answer) isSignedOut.value = false
  return answer
}

export async function signOut(): Promise<Answer<undefined>> {
  const answer = await call<undefined>('DELETE', 'session')
  if ('value' in answer) isSignedOut.value = true
  return answer
}
