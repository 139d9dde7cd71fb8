import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

/** The rooms, what is written of them for the reference, and the book: a new vendor has its own. */
const ownOfAVendor = /^(?:server\/(?:joor|jirafe|reference)\/|contracts\/rules\/)/
const namesAVendor = /['`]jirafe['`:/]|\bjirafe:|'Jirafe'|\/jirafe\//

const existing = new Set(
  ['server', 'client', 'schemas', 'web'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path.replaceAll('\\', '/')}`),
  ),
)

const sources = [...existing].filter(
  (path) => path.endsWith('.ts') && !path.startsWith('web/') && !ownOfAVendor.test(path),
)

/** The files of the last table of a page: each cell has paths, the further ones of a folder by their names alone. */
function listed(page: string): ReadonlySet<string> {
  const table = page.slice(page.indexOf('## Who else names a vendor'))
  let folder = ''
  const paths = [...table.matchAll(/`([\w./-]+\.(?:ts|json))`/g)].map(([, path = '']) => {
    // `runners/bench.ts` is below the folder that was named last, `server/…` and its like begin at the root.
    const isWhole = /^(?:server|client|schemas|web)\//.test(path)
    if (isWhole) folder = path.slice(0, path.lastIndexOf('/') + 1)
    return isWhole ? path : folder + path
  })
  return new Set(paths)
}

const unlisted = (page: string) =>
  sources.filter((path) => namesAVendor.test(readFileSync(path, 'utf8')) && !listed(page).has(path))

describe('docs/add-a-vendor.md', () => {
  const page = readFileSync('docs/add-a-vendor.md', 'utf8')

  it('lists every file outside the rooms that names a vendor', () => {
    expect(unlisted(page)).toEqual([])
    expect(unlisted(page.replace('`server/settings.ts`', ''))).toEqual(['server/settings.ts'])
  })

  it('lists nothing that is not there', () => {
    const missing = [...listed(page)].filter((path) => !existing.has(path))
    expect(missing).toEqual([])
    expect(listed('## Who else names a vendor\n| `server/no.ts`, `nor.ts` |')).toEqual(
      new Set(['server/no.ts', 'server/nor.ts']),
    )
  })
})
