/** A schema that PostgreSQL takes without quotes, in any case that it is written in. */
export const isSchema = (name: string) => /^[a-z_][a-z0-9_]{0,62}$/.test(name) && !name.startsWith('pg_')
export const schemaForm = 'a lower-case name of letters, digits and "_", at most 63 long, that does not begin with pg_'

export const isDatabaseUrl = (url: string) => /^postgres(?:ql)?:\/\/./.test(url)
export const databaseUrlForm = 'a URL such as postgres://user:password@host:5432/database'
