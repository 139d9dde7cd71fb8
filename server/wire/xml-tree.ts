import { type Watched, XmlReader } from './xml-reader.js'

// No element has an empty name.
const nothing: Watched = { name: '', most: 0 }

/** Reads a whole document in one go. */
export function parseXml(text: string, watched = nothing): XmlReader['document'] {
  const reader = new XmlReader(text, watched)
  reader.read()
  return reader.document
}
