import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { Router } from 'express'
import { writeChoice } from '../suggestion.js'
import { Problem, readParameters } from './answers.js'

/** The documents of `contracts/openapi/`; `npm run openapi` writes them. */
export const documentNames = ['joor', 'jirafe', 'control'] as const
export type DocumentName = (typeof documentNames)[number]

const require = createRequire(import.meta.url)
const fileOf = (name: DocumentName) => require.resolve(`#contracts/openapi/${name}.json`)

/** /_backstock/openapi/{document}: what is served here, as OpenAPI 3.1. They are files of the package, the same for everyone. */
export function openapi(): Router {
  const router = Router()
  router.get('/:document', async (request, response) => {
    readParameters(request, [])
    const { document } = request.params
    const name = documentNames.find((each) => `${each}.json` === document)
    if (name === undefined)
      throw new Problem(
        404,
        `There is no ${document}. Right is ${writeChoice(documentNames.map((each) => `${each}.json`))}.`,
      )
    response
      .status(200)
      .type('application/json')
      .send(await readFile(fileOf(name), 'utf8'))
  })
  return router
}
