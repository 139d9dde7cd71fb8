import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import express, { type RequestHandler, Router } from 'express'
import { Problem } from './answers.js'

/** Where the build puts the dashboard. */
const built = join(dirname(createRequire(import.meta.url).resolve('#package')), 'dist', 'web')

/** Only files of this origin, and nothing inline: what the wire brings into a page can be no script of it. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')
const headers = { 'Content-Security-Policy': policy, 'Referrer-Policy': 'no-referrer', 'Cache-Control': 'no-cache' }
// npm gives every file of every version the same date, and this one is as long in each: neither tells versions apart.
const sent = { headers, cacheControl: false, lastModified: false, etag: false }

/**
 * The dashboard: /_backstock/ and everything below ui/ is one page, which asks the control plane for what it shows;
 * ui/assets/ has its files, whose names change with their content.
 */
export function pages(folder = built): Router {
  const router = Router()
  const index: RequestHandler = (_request, response, next) => {
    response.sendFile('index.html', { ...sent, root: folder }, (error?: Error) => {
      if (error === undefined || response.headersSent || hasLeft(error)) return
      next(isMissing(error) ? new Problem(503, notBuilt) : error)
    })
  }
  router.use('/ui/assets', express.static(join(folder, 'assets'), { index: false, immutable: true, maxAge: '1y' }))
  router.use('/ui/assets', () => {
    throw new Problem(404, 'The dashboard has no such file. Open /_backstock/ anew: it may be of another version.')
  })
  router.get(['/', '/ui', '/ui/*view'], index)
  return router
}

/** Whether a path below /_backstock is the dashboard's own: what it says is in every copy of the package. */
export const isPage = (path: string) => path === '' || path === '/' || path === '/ui' || path.startsWith('/ui/')

/** The browser was gone before the page was: nobody is left to answer, and nothing failed. */
const hasLeft = (error: Error) => 'code' in error && error.code === 'ECONNABORTED'

const isMissing = (error: Error) => 'code' in error && error.code === 'ENOENT'
const notBuilt = 'The dashboard is not built. Right is "npm run build" in the folder of the project.'
