import { DatabaseError } from '../store.js'
import type { Database, Statements } from './database.js'

/**
 * What makes the tables, one step for each format that there was; a step that was published is never changed. Texts of
 * JSON are opaque: `jsonb` takes neither NUL nor lone surrogates. Key parts are bytes, in the order of which pages are.
 */
const steps: readonly (readonly string[])[] = [
  [
    // Accounts and sites: live ones (copy 0), those that reset goes back to (1), and those of snapshots. Replicas know
    // setups by their versions, which no sequence gives: it would give them again after a backup was put back.
    `CREATE TABLE @parties (
      id bigserial PRIMARY KEY,
      copy bigint NOT NULL,
      key bytea NOT NULL,
      vendor text NOT NULL,
      declared boolean NOT NULL,
      token text,
      setup text NOT NULL,
      requests bigint NOT NULL,
      version bigint NOT NULL DEFAULT floor(random() * 9007199254740991),
      UNIQUE (copy, key)
    )`,
    'CREATE INDEX parties_by_token ON @parties (token) WHERE copy = 0',
    `CREATE TABLE @rows (
      party bigint NOT NULL,
      kind text NOT NULL,
      k1 bytea NOT NULL,
      k2 bytea NOT NULL,
      k3 bytea NOT NULL,
      value text NOT NULL,
      made_by text NOT NULL,
      place bigserial NOT NULL,
      PRIMARY KEY (party, kind, k1, k2, k3)
    )`,
    `CREATE TABLE @snapshots (
      id bigserial PRIMARY KEY,
      scope bytea NOT NULL,
      name text NOT NULL,
      of_party text,
      made_at text NOT NULL,
      UNIQUE (scope, name)
    )`,
    // Everything that happens to the journal. What is committed has no number until somebody reads: see log.ts.
    `CREATE TABLE @journal (
      id bigserial PRIMARY KEY,
      number bigint,
      kind text NOT NULL,
      scope text,
      request text,
      entry text
    )`,
    'CREATE UNIQUE INDEX journal_by_number ON @journal (number)',
    'CREATE INDEX journal_without_number ON @journal (id) WHERE number IS NULL',
    'CREATE INDEX journal_by_request ON @journal (request)',
    // Clocks, ids and faults.
    `CREATE TABLE @controls (
      kind text NOT NULL,
      scope bytea NOT NULL,
      scope_text text,
      value text NOT NULL,
      PRIMARY KEY (kind, scope)
    )`,
    // Rows of one of a kind, which are there to be locked: the accounts and sites as a whole, and the journal's numbers.
    `CREATE TABLE @singles (name text PRIMARY KEY, number bigint NOT NULL, value text)`,
    `INSERT INTO @singles (name, number) VALUES ('directory', 0), ('journal', -1), ('seed', 0), ('controls', 0)`,
  ],
]

/** Other replicas that start at the same moment make the same things; who comes second looks again. */
const triesOfStart = 20
const heldUp = new Set(['23505', '42P06', '42P07', '40001', '40P01'])

/** Makes the tables, or brings them up to date. Throws DatabaseError where a newer Backstock has made them. */
export async function migrate(database: Database): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await database.transaction((statements) => migrateOnce(database, statements))
    } catch (error) {
      if (tries === triesOfStart || !heldUp.has(codeOf(error))) throw error
    }
  }
}

async function migrateOnce({ schema }: Database, statements: Statements): Promise<void> {
  const found = await statements.rows(`SELECT 1 FROM information_schema.schemata WHERE schema_name = $1`, [
    schema.slice(1, -1).replaceAll('""', '"'),
  ])
  // Who may not make schemas may be given one.
  if (found.length === 0) await statements.rows(`CREATE SCHEMA ${schema}`)
  await statements.rows('CREATE TABLE IF NOT EXISTS @format (one integer PRIMARY KEY, format integer NOT NULL)')
  await statements.rows('INSERT INTO @format VALUES (1, 0) ON CONFLICT (one) DO NOTHING')
  const [row] = await statements.rows<{ format: number }>('SELECT format FROM @format FOR UPDATE')
  const format = row?.format ?? 0
  if (format > steps.length)
    throw new DatabaseError(
      `A newer Backstock made the schema ${schema} of the database: its format is ${format}, and this one knows ${steps.length}. ` +
        'It was left as it is: start the newer one, or name another schema by --database-schema.',
    )
  for (const step of steps.slice(format)) for (const statement of step) await statements.rows(statement)
  if (format < steps.length) await statements.rows('UPDATE @format SET format = $1', [steps.length])
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : ''
}
