/** `application/json; charset=utf-8` → `application/json`. */
export function mediaType(header: string | undefined): string | undefined {
  const type = header?.split(';', 1)[0]?.trim().toLowerCase()
  return type === '' ? undefined : type
}

/**
 * The weight from 0 to 1 that an Accept header gives a media type, by its most specific range (RFC 9110, 12.5.1).
 * A range that cannot be read counts for nothing.
 */
export function weightOf(type: string, accept: string): number {
  let weight = 0
  let specificity = -1
  for (const part of accept.split(',')) {
    const [range = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase())
    const specific = range === type ? 2 : range === `${type.split('/', 1)[0]}/*` ? 1 : range === '*/*' ? 0 : -1
    if (specific <= specificity) continue
    const q = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
    const value = q === undefined ? 1 : Number(q)
    if (!(value >= 0 && value <= 1)) continue
    specificity = specific
    weight = value
  }
  return weight
}
