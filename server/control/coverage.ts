import { type Response, Router } from 'express'
import type { Coverage } from '../coverage/coverage.js'
import { writeHtml } from '../coverage/html.js'
import { writeMarkdown } from '../coverage/markdown.js'
import { wrongCoverageOf } from '../coverage/words.js'
import { writeChoice } from '../suggestion.js'
import { listOf, Problem, readEvidence, readParameters, sendJson } from './answers.js'
import type { ControlParts } from './parts.js'
import { scopeOf } from './requests.js'

type Send = (response: Response, coverage: Coverage) => void

const formats: ReadonlyMap<string, Send> = new Map<string, Send>([
  ['json', (response, coverage) => sendJson(response, 200, coverage)],
  ['markdown', (response, coverage) => sendText(response, 'text/markdown', writeMarkdown(coverage))],
  ['html', (response, coverage) => sendText(response, 'text/html', writeHtml(coverage))],
])

/** /_backstock/coverage: which of the rules that can be tested the calls of clients came to, and how to come to the rest. */
export function coverage({ coverage: cover }: ControlParts): Router {
  const router = Router()
  router.get('/', async (request, response) => {
    const parameters = ['account', 'site', 'format', 'of', 'evidence'] as const
    const { account, site, format = 'json', evidence } = readParameters(request, parameters, ['of'])
    const send = formats.get(format)
    if (send === undefined) throw new Problem(400, `format is ${format}. Right is ${writeChoice([...formats.keys()])}.`)
    const of = listOf(request, 'of')
    for (const word of of) {
      const wrong = wrongCoverageOf(word)
      if (wrong !== undefined) throw new Problem(400, `of ${wrong}.`)
    }
    send(response, await cover(scopeOf(account, site), { of, evidence: readEvidence(evidence) }))
  })
  return router
}

function sendText(response: Response, type: string, text: string): void {
  response.status(200).type(`${type}; charset=utf-8`).send(text)
}
