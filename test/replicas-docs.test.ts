import { readFileSync } from 'node:fs'
import { describe, expect, inject, it } from 'vitest'
import { onServer } from './database.js'
import { differences, pagesOfDatabase } from './docs-reader.js'

const address = 'postgres://backstock:secret@db.internal:5432/backstock'

describe('Who does what a page about a database says', () => {
  it.each(pagesOfDatabase)(
    'gets the replies that it prints, and would not get others: %s',
    async (path) => {
      const server = inject('postgres')
      await onServer(server, 'CREATE DATABASE docs')
      const url = new URL(server)
      url.pathname = '/docs'
      const page = readFileSync(path, 'utf8')
      expect(page).toContain(address)
      const read = page.replaceAll(address, url.href)
      expect(await differences(read)).toEqual([])
      await onServer(url.href, 'DROP SCHEMA backstock CASCADE')
      expect(await differences(read.replace('1 position', '2 positions'))).toHaveLength(1)
    },
    120_000,
  )
})
