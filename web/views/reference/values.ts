// TypeScript's library does not know it yet; it came into browsers with what lets integers keep their digits.
const { rawJSON } = JSON as { readonly rawJSON?: (text: string) => unknown }

const withDigits = (_name: string, value: unknown) =>
  typeof value === 'bigint' ? (rawJSON?.(String(value)) ?? Number(value)) : value

/** A value of a document in a line, as JSON. */
export const writeValue = (value: unknown): string => JSON.stringify(value, withDigits) ?? ''

/** An example as it goes over the wire, a value to a line: a string is one in another format than JSON. */
export const writeExample = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value, withDigits, 2) ?? '')
