import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Results } from './report.js'

const folder = fileURLToPath(new URL('../../bench/results/', import.meta.url))
const fileOf = (name: string) => join(folder, `${name}.json`)

export function saveResults(name: string, results: Results): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(fileOf(name), `${JSON.stringify(results, null, 2)}\n`)
}

/** Undefined where none are kept by that name. */
export function readResults(name: string): Results | undefined {
  const file = fileOf(name)
  // What `saveResults` wrote.
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : undefined
}
