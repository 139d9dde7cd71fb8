/** Markup whose texts are escaped. Nothing but the functions of this file makes one. */
export interface Html {
  readonly markup: string
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Any text; controls that HTML forbids are replaced, and so are marks that would turn the text around. */
export function text(plain: string): Html {
  return { markup: escaped(plain) }
}

function escaped(plain: string): string {
  return plain
    .replaceAll(/[^\P{Cc}\t\n]|\p{Cs}|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')
    .replaceAll(/[&<>"']/g, (letter) => escapes[letter] ?? letter)
}

type Attributes = Readonly<Record<string, string>>

export function element(name: string, attributes: Attributes, children: readonly Html[]): Html {
  const given = Object.entries(attributes).map(([attribute, value]) => ` ${attribute}="${escaped(value)}"`)
  return { markup: `<${name}${given.join('')}>${join(...children).markup}</${name}>` }
}

export function join(...parts: readonly Html[]): Html {
  return { markup: parts.map(({ markup }) => markup).join('') }
}

/** A section that its heading names. */
export function headed(id: string, title: string, children: readonly Html[]): Html {
  return element('section', { 'aria-labelledby': id }, [element('h2', { id }, [text(title)]), ...children])
}

export interface HtmlColumn {
  readonly title: string
  readonly isNumber?: boolean
  /** Its cells name their rows. */
  readonly heads?: boolean
}

/** The roles say what the elements are also where the style lays them out as blocks. */
export function table(caption: string, columns: readonly HtmlColumn[], rows: readonly (readonly Html[])[]): Html {
  const numeric = ({ isNumber }: HtmlColumn): Attributes => (isNumber === true ? { class: 'number' } : {})
  const head = columns.map((column) =>
    element('th', { scope: 'col', role: 'columnheader', ...numeric(column) }, [text(column.title)]),
  )
  const body = rows.map((cells) =>
    element(
      'tr',
      { role: 'row' },
      cells.map((cell, index) => {
        const column = columns[index] ?? { title: '' }
        const label = { role: 'cell', ...numeric(column), 'data-title': column.title }
        return column.heads === true
          ? element('th', { scope: 'row', role: 'rowheader' }, [cell])
          : element('td', label, [cell])
      }),
    ),
  )
  const parts = [
    element('caption', {}, [text(caption)]),
    element('thead', { role: 'rowgroup' }, [element('tr', { role: 'row' }, head)]),
    element('tbody', { role: 'rowgroup' }, body),
  ]
  return element('table', { role: 'table' }, parts)
}

/** A whole document. The policy lets nothing in but the style that stands in it. */
export function page(title: string, style: string, sections: readonly Html[]): string {
  const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escaped(title)}</title>`,
    `<style>\n${style}</style>`,
    '</head>',
    '<body>',
    `<header><h1>${escaped(title)}</h1></header>`,
    '<main>',
    ...sections.map(({ markup }) => markup),
    '</main>',
    '</body>',
    '</html>',
    '',
  ].join('\n')
}
