import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSeedFile } from '../server/documents/seed.js'
import { readStyleRows, styleColumns } from '../server/documents/styles-csv.js'

const header = 'style_number,style_identifier,style_id,color_code,style_color_id,size,size_code,upc'

function faultsOf(text: string): readonly string[] {
  return readStyleRows(text).faults.map(({ line, message }) => `${line}: ${message}`)
}

describe('a style list as CSV', () => {
  test('groups the rows of one style and color, wherever they stand', () => {
    const { styles, faults } = readStyleRows(`${header}
A,A1,7,RED,71,S,1,0001
B,B1,,RED,,S,,
A,A1,,BLUE,,S,,0002
A,A1,7,RED,,M,2,
A,A2,,RED,,S,,
`)
    expect(faults).toEqual([])
    expect(styles).toEqual([
      {
        style_number: 'A',
        style_identifier: 'A1',
        style_id: '7',
        colors: [
          {
            color_code: 'RED',
            style_color_id: '71',
            sizes: [
              { size: 'S', size_code: '1', upc: '0001' },
              { size: 'M', size_code: '2' },
            ],
          },
          { color_code: 'BLUE', sizes: [{ size: 'S', upc: '0002' }] },
        ],
      },
      { style_number: 'B', style_identifier: 'B1', colors: [{ color_code: 'RED', sizes: [{ size: 'S' }] }] },
      { style_number: 'A', style_identifier: 'A2', colors: [{ color_code: 'RED', sizes: [{ size: 'S' }] }] },
    ])
  })

  test.each([
    [
      'columns in another order, and only those that are needed',
      'size,color_code,style_identifier,style_number\nS,RED,A1,A',
    ],
    [
      'a byte order mark, CRLF and empty lines',
      '\ufeffstyle_number,style_identifier,color_code,size\r\n\r\nA,A1,RED,S\r\n',
    ],
    ['quotes and blanks around cells', 'style_number, style_identifier ,color_code,size\n"A", "A1" ,"RED ",S'],
    ['an id in one row of its style only', `${header}\nA,A1,,RED,,S,,`],
  ])('may have %s', (_, text) => {
    expect(readStyleRows(text)).toEqual({
      styles: [{ style_number: 'A', style_identifier: 'A1', colors: [{ color_code: 'RED', sizes: [{ size: 'S' }] }] }],
      faults: [],
    })
  })

  test('may hold commas, quotes and line ends inside quotes, and later lines keep their numbers', () => {
    const { styles } = readStyleRows('style_number,style_identifier,color_code,size\n"A,""1""","A\n1",RED,S\n')
    expect(styles).toMatchObject([{ style_number: 'A,"1"', style_identifier: 'A\n1' }])
    expect(faultsOf('style_number,style_identifier,color_code,size\nA,"A\n1",RED,S\n,A1,RED,S')).toEqual([
      '4: "style_number" is empty',
    ])
  })

  test('of nothing but a header knows nothing', () => {
    expect(readStyleRows(`${header}\n`)).toEqual({ styles: [], faults: [] })
  })

  const known = `known here: ${styleColumns.join(', ')}`
  test.each([
    ['', [`1: there is no header; it names these columns: ${styleColumns.join(', ')}`]],
    [`${header},UPC_CODE\n`, [`1: unknown column "UPC_CODE"; known here: ${styleColumns.join(', ')}`]],
    [
      header.replace('style_identifier', 'style_identifer'),
      [
        `1: unknown column "style_identifer"; did you mean "style_identifier"? ${known}`,
        '1: the column "style_identifier" is missing',
      ],
    ],
    [`${header},upc`, ['1: the column "upc" is given twice']],
    ['style_number,style_identifier,size', ['1: the column "color_code" is missing']],
  ])('is refused for the header %j', (text, faults) => {
    expect(faultsOf(text)).toEqual(faults)
  })

  test.each([
    ['a required cell that is empty', ['A,,,RED,,S,,'], ['2: "style_identifier" is empty']],
    ['too few cells', ['A,A1,,RED,,S'], ['2: the row has 6 cells and the header 8']],
    ['too many cells', ['A,A1,,RED,,S,,,'], ['2: the row has 9 cells and the header 8']],
    [
      'an id that is no integer',
      ['A,A1,7.5,RED,,S,,', 'A,A1,,BLUE,x,S,,'],
      [
        '2: "style_id" must be an integer without sign or leading zeros, not "7.5"',
        '3: "style_color_id" must be an integer without sign or leading zeros, not "x"',
      ],
    ],
    [
      'two ids of one style',
      ['A,A1,,RED,,S,,', 'A,A1,7,RED,,M,,', 'A,A1,8,RED,,L,,'],
      ['4: style_id is 8 here and 7 in line 3'],
    ],
    ['two ids of one color', ['A,A1,,RED,7,S,,', 'A,A1,,RED,8,M,,'], ['3: style_color_id is 8 here and 7 in line 2']],
    ['one id of two styles', ['A,A1,7,RED,,S,,', 'B,B1,7,RED,,S,,'], ['3: style_id 7 is given twice, first in line 2']],
    [
      'one id of two colors',
      ['A,A1,,RED,7,S,,', 'A,A1,,BLUE,7,S,,'],
      ['3: style_color_id 7 is given twice, first in line 2'],
    ],
    [
      'a upc given twice',
      ['A,A1,,RED,,S,,01', '', 'B,B1,,RED,,S,,01'],
      ['4: upc "01" is given twice, first in line 2'],
    ],
    [
      'a size given twice',
      ['A,A1,,RED,,S,,', 'A,A1,,RED,,S,,1'],
      ['3: size "S" of this color is given twice, first in line 2'],
    ],
    ['a quote that is not closed', ['A,A1,,RED,,"S,,'], [expect.stringMatching(/^2: Quote Not Closed/)]],
    ['a quote inside a cell', ['A,A1,,RED,,S"M,,'], [expect.stringMatching(/^2: Invalid Opening Quote/)]],
  ])('is refused, with the line, for %s', (_, rows, faults) => {
    expect(faultsOf([header, ...rows].join('\n'))).toEqual(faults)
  })
})

describe('a seed file that names a style list', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backstock-csv-'))
    await writeFile(join(folder, 'good.csv'), `${header}\nA,A1,7,RED,,S,,01\n`)
    await writeFile(join(folder, 'bad.csv'), `${header}\n,A1,,RED,,S,,\n`)
  })
  afterAll(() => rm(folder, { recursive: true }))

  async function read(accounts: Readonly<Record<string, unknown>>) {
    const path = join(folder, 'seed.json')
    await writeFile(path, JSON.stringify({ joor: { accounts } }))
    return readSeedFile(path)
  }

  test('finds it beside itself', async () => {
    const seed = await read({ brand: { token: 't', styles_file: 'good.csv' } })
    expect(seed.joor?.accounts?.brand).toEqual({
      token: 't',
      styles: [
        {
          style_number: 'A',
          style_identifier: 'A1',
          style_id: '7',
          colors: [{ color_code: 'RED', sizes: [{ size: 'S', upc: '01' }] }],
        },
      ],
    })
  })

  test.each([
    ['the faults of the list', { styles_file: 'bad.csv' }, 'bad.csv:2: "style_number" is empty'],
    [
      'a list that is not there',
      { styles_file: 'missing.csv' },
      'seed.json:1:45: cannot read missing.csv: there is no such file',
    ],
    [
      'two lists',
      { styles_file: 'good.csv', styles: [] },
      'seed.json:1:31: joor.accounts.brand.styles_file: stands beside "styles"; give one of the two',
    ],
    [
      'an empty name',
      { styles_file: '' },
      'seed.json:1:45: joor.accounts.brand.styles_file: must be the path of a CSV file, relative to the seed file; in a seed file only, and instead of styles, not ""',
    ],
  ])('is refused with %s', async (_, brand, message) => {
    const error: unknown = await read({ brand }).catch((thrown: unknown) => thrown)
    expect(error instanceof Error && error.message.replaceAll(join(folder, '/'), '')).toBe(message)
  })
})
