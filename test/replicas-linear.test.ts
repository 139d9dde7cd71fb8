import { describe, expect, it, onTestFinished } from 'vitest'
import { Database } from '../server/state/postgres/database.js'
import { schemaOfTest } from './database.js'
import { unexplained } from './linear-run.js'
import { isFull, tell } from './proof.js'

const many = isFull ? 200 : 10

describe('Every history of eight concurrent clients of two replicas', () => {
  it('has an order that explains it', { timeout: 1_200_000 }, async () => {
    const { wrong, operations, failed } = await unexplained(schemaOfTest(), many, 8, 2)
    tell('test:postgres', `${many} histories, ${operations} operations on PostgreSQL: ${wrong.length} not linearizable`)
    expect(wrong).toEqual([])
    expect(operations).toBe(many * 8 * 8)
    expect(failed).toBe(0)
  })
})

describe('A planted fault is caught', () => {
  it('calls that lock nothing, of which one overwrites what the other has written', { timeout: 120_000 }, async () => {
    const { written } = Database.prototype
    Database.prototype.written = function (text) {
      return written.call(this, text.replace(/ FOR UPDATE/g, ''))
    }
    onTestFinished(() => {
      Database.prototype.written = written
    })
    const { wrong } = await unexplained(schemaOfTest(), 10, 8, 2)
    expect(wrong.length).toBeGreaterThan(0)
  })
})
