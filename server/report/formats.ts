import { writeGithub } from './github.js'
import { writeJson } from './json.js'
import { writeJunit } from './junit.js'
import { writeMarkdown } from './markdown.js'
import type { Report } from './report.js'
import { writeSarif } from './sarif.js'

interface Format {
  readonly type: string
  write(report: Report): string
}

/** How a report may be written, by the names that options and parameters use. */
export const formats = {
  json: { type: 'application/json; charset=utf-8', write: writeJson },
  junit: { type: 'application/xml; charset=utf-8', write: writeJunit },
  sarif: { type: 'application/sarif+json; charset=utf-8', write: writeSarif },
  github: { type: 'text/plain; charset=utf-8', write: writeGithub },
  markdown: { type: 'text/markdown; charset=utf-8', write: writeMarkdown },
} as const satisfies Readonly<Record<string, Format>>

export type FormatName = keyof typeof formats
export const formatNames = Object.keys(formats)

export const isFormat = (name: string): name is FormatName => Object.hasOwn(formats, name)
