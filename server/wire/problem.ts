import type { Reply } from '../operation.js'

/** An error of our own, RFC 9457: a sentence that says what is wrong and what would be right. */
export function writeProblem(
  status: number,
  title: string,
  detail: string,
  headers: Record<string, string> = {},
): Reply {
  const body = `${JSON.stringify({ type: 'about:blank', title, status, detail })}\n`
  return { status, headers: { 'Content-Type': 'application/problem+json', ...headers }, body }
}
