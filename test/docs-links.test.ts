import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { anchorsOf, deadLinks, targetsOf } from './docs-links.js'

const pages = readdirSync('docs')
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`)
const texts = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'bench/README.md', ...pages]
const read = (path: string) => readFileSync(path, 'utf8')

describe('A link', () => {
  it.each(texts)('leads to something: %s', (path) => {
    expect(deadLinks(path, read(path))).toEqual([])
  })

  it('is seen however it is written', () => {
    const text =
      '[a](b.md "title") ![c](d.png) <img src="e.png"> [f][g]\n\n[g]: h.md\n\nhttps://i.test/ <https://j.test/>'
    expect(targetsOf(text)).toEqual(['b.md', 'd.png', 'h.md', 'e.png', 'https://i.test/', 'https://j.test/'])
  })

  it('is none where it is code', () => {
    expect(targetsOf('`[a](b.md)` and `https://c.test`\n\n```sh\ncurl http://d.test # [e](f)\n```\n')).toEqual([])
  })

  it.each([
    ['a missing file', '[a](docs/missing.md)'],
    ['a missing picture', '<img alt="a" src="docs/screenshots/missing.webp">'],
    ['a missing anchor', '[a](CONTRIBUTING.md#missing)'],
    ['a missing anchor of its own', '# Here\n\n[a](#there)'],
    ['an anchor in code', '```sh\n# there\n```\n\n[a](#there)'],
    ['an anchor of what has no headings', '[a](LICENSE#mit)'],
    ['a reference to nothing', '[a][b]\n\n[b]: missing.md'],
    ['an address elsewhere', 'see https://registry.test/backstock'],
    ['an address elsewhere by a link', '[see](https://registry.test/backstock)'],
    ['a file outside the project', '[a](../other/README.md)'],
    ['a path from the root of the machine', '[a](/README.md)'],
  ])('would not pass with %s', (_says, text) => {
    expect(deadLinks('README.md', text)).toHaveLength(1)
  })

  it('finds headings by the anchors that they get', () => {
    const text = '# Keep the state: `--data FILE`\n\n## Twice\n\n## Twice\n\n## Vitest, Jest, node:test\n'
    expect([...anchorsOf(text)]).toEqual(['keep-the-state---data-file', 'twice', 'twice-1', 'vitest-jest-nodetest'])
  })
})

describe('The pages', () => {
  it('are all reached from the README', () => {
    const linked = new Set(targetsOf(read('README.md')).map((target) => target.split('#', 1)[0]))
    expect(pages.filter((page) => !linked.has(page))).toEqual([])
  })

  it('leave the README short', () => {
    expect(read('README.md').split('\n').length).toBeLessThanOrEqual(210)
  })
})
