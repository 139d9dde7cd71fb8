// What a page of the emulator does: it reads, changes, and listens to the calls as they come.
// biome-ignore lint/correctness/noUnusedVariables: a page runs it.
async function dashboard() {
  const put = await fetch('/_backstock/snapshots/mine', { method: 'PUT' })
  const list = await fetch('/_backstock/snapshots')
  const source = new EventSource('/_backstock/requests/stream')
  const heard = await new Promise((done) => {
    source.onopen = () => done('opened')
    source.onerror = () => done('failed')
  })
  source.close()
  return [put.status, list.status, heard]
}
