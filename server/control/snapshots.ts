import { type Request, Router } from 'express'
import type { Partition, SnapshotSummary } from '../state/store.js'
import { Verbatim } from '../wire/exact-json.js'
import { Problem, sendJson } from './answers.js'
import type { ControlParts } from './parts.js'
import { scopeIn } from './requests.js'

/** Names are those of files, on any system. */
const nameForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/
const most = 1_000

/** /_backstock/snapshots: the state of everything, or of one account or site, to go back to. */
export function snapshots({ store }: ControlParts): Router {
  const router = Router()

  router.get('/', async (request, response) => {
    const of = scopeIn(request)
    sendJson(response, 200, { snapshots: (await store.snapshots(of)).map(writeSnapshot) })
  })

  router.put('/:name', async (request: Request<{ name: string }>, response) => {
    const of = scopeIn(request)
    const name = readName(request)
    const known = await store.snapshots(of)
    if (known.length >= most && known.every((each) => each.name !== name))
      throw new Problem(409, `There are ${most} snapshots already. Delete some, or take the name of one.`)
    const snapshot = await store.save(name, of)
    if (snapshot === undefined)
      throw new Problem(404, `There is no ${of && writeScope(of)}, so there is nothing to keep.`)
    sendJson(response, snapshot.isNew ? 201 : 200, writeSnapshot(snapshot))
  })

  router.get('/:name', async (request: Request<{ name: string }>, response) => {
    const of = scopeIn(request)
    const name = readName(request)
    const content = await store.snapshot(name, of)
    if (content === undefined) throw noSnapshot(name, of)
    sendJson(response, 200, new Verbatim(content.trimEnd()))
  })

  router.delete('/:name', async (request: Request<{ name: string }>, response) => {
    const of = scopeIn(request)
    const name = readName(request)
    if (!(await store.drop(name, of))) throw noSnapshot(name, of)
    response.status(204).end()
  })

  router.post('/:name/restore', async (request: Request<{ name: string }>, response) => {
    const of = scopeIn(request)
    const name = readName(request)
    const counts = await store.restore(name, of)
    if (counts === undefined) throw noSnapshot(name, of)
    sendJson(response, 200, counts)
  })

  return router
}

function readName({ params: { name } }: Request<{ name: string }>): string {
  if (nameForm.test(name)) return name
  throw new Problem(
    400,
    `The name ${name} cannot be that of a file. Right is a letter or digit, then letters, digits, ".", "_" and "-", at most 100 in all.`,
  )
}

function noSnapshot(name: string, of: Partition | undefined): Problem {
  const whose = of === undefined ? 'of everything' : `of ${writeScope(of)}`
  return new Problem(404, `There is no snapshot ${name} ${whose}. GET /_backstock/snapshots lists those there are.`)
}

/** `account brand` or `site shop` */
const writeScope = (of: Partition) => of.replace(/^joor:/, 'account ').replace(/^jirafe:/, 'site ')

function writeSnapshot({ name, of, at, accounts, sites }: SnapshotSummary) {
  const scope = of?.startsWith('joor:')
    ? { account: of.slice('joor:'.length) }
    : of === undefined
      ? {}
      : { site: of.slice('jirafe:'.length) }
  return { name, ...scope, at, accounts, sites }
}
