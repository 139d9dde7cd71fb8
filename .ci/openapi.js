import { writeFileSync } from 'node:fs'
import { writeDocuments } from '../build/server/reference/documents.js'

// `npm run openapi`: writes the API reference from the rule book, the schemas, the cases and the tables of operations.
for (const [name, text] of await writeDocuments()) writeFileSync(`contracts/openapi/${name}.json`, text)
