import { describe, expect, it } from 'vitest'
import { byOurs } from './xml-judges.js'

describe('A processing instruction', () => {
  it.each(['<?x?>', '<?x ?>', '<?x ?y?>', '<?x\r\n?y\r\n?>', '<?x ??>', '<?x \u00a0?>', '<?xmlx <?x?y?>'])(
    'is read: %j',
    (text) => {
      expect(byOurs(`<a>${text}</a>`)).toMatchObject({ name: 'a', text: '' })
    },
  )

  it.each(['<?x?y?>', '<?x??>', '<?x?\r\n?>', '<?x?xml version = "1.0"?>', '<?x?\r\n<?x ?y?>', '<?x\ufeff?y?>'])(
    'is refused without white space behind its name: %j',
    (text) => {
      expect(byOurs(`<a>${text}</a>`)).toMatch(/^(?:white space is missing|disallowed character)/)
      expect(byOurs(`${text}<a/>`)).toMatch(/^(?:white space is missing|disallowed character)/)
    },
  )
})
