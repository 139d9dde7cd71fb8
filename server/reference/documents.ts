import type { DocumentName } from '../control/openapi.js'
import { writeControl } from './control.js'
import { readExamples } from './examples.js'
import { writeJirafe } from './jirafe.js'
import { writeJoor } from './joor.js'

/** The three documents as they are to stand in `contracts/openapi/`: `npm run openapi` writes them, a test holds them. */
export async function writeDocuments(): Promise<ReadonlyMap<DocumentName, string>> {
  const examples = await readExamples()
  return new Map<DocumentName, string>([
    ['joor', writeJoor(examples)],
    ['jirafe', writeJirafe(examples)],
    ['control', writeControl()],
  ])
}
