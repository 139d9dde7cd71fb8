/** A percentage from 0 to 100, decimals allowed; undefined for any other text. */
export function readPercentage(text: string): number | undefined {
  if (!/^\d{1,3}(?:\.\d{1,10})?$/.test(text)) return undefined
  const value = Number(text)
  return value <= 100 ? value : undefined
}

export const rightPercentage = 'a percentage from 0 to 100, such as 80 or 62.5'
