// What a page of the emulator does where there is a control token: it asks for it once. What comes back are the
// statuses, and the cookies as a script sees them.
// biome-ignore lint/correctness/noUnusedVariables: a page runs it.
async function signIn(token) {
  const session = await fetch('/_backstock/session', { method: 'POST', body: JSON.stringify({ token }) })
  const list = await fetch('/_backstock/joor/accounts')
  return [session.status, list.status, document.cookie]
}
