// The statuses of signing out, and of the call after it.
// biome-ignore lint/correctness/noUnusedVariables: a page runs it.
async function signOut() {
  const session = await fetch('/_backstock/session', { method: 'DELETE' })
  const list = await fetch('/_backstock/joor/accounts')
  return [session.status, list.status]
}
