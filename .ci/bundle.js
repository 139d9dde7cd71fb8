import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { build } from 'vite'
import { partsOf } from './parts.js'
import { documentReader, writeDocumentValidators, writeEventValidators } from './validators.js'

// The last step of `npm run build`: what tsc wrote to build/, file by file, becomes the few files of the package in dist/,
// beside the declarations that tsc wrote there. A start loads some files instead of some hundred.

const entries = [
  'server/cli',
  'server/emulator',
  'server/intercept/preload',
  'client/client',
  ...['vitest', 'jest', 'node-test', 'msw'].map((runner) => `client/runners/${runner}`),
]

/** In the place of what compiles schemas comes what was compiled; debug does without what would colour it. */
const inPlace = {
  '/build/server/jirafe/compiled.js': writeEventValidators(),
  '/build/server/documents/compiled.js': documentReader,
  '/build/server/state/compiled.js': documentReader,
  '/node_modules/supports-color/index.js': 'module.exports = {}',
}
const validators = writeDocumentValidators()
/** Tables of charsets that no body of ours is read by: as much code as all of our own. */
const charsets = 'node_modules/iconv-lite/encodings/index.js'

for (const folder of ['server', 'client', 'contracts', 'bench']) removeOld(join('dist', folder))
for (const folder of ['parts', 'later']) rmSync(join('dist', folder), { recursive: true, force: true })

const modules = await bundle(
  {
    input: Object.fromEntries(entries.map((entry) => [entry, `build/${entry}.js`])),
    // The runners and pg are the user's own, and so is the package as its runners know it.
    external: ['vitest', '@jest/globals', 'msw', 'pg', 'backstock'],
    plugins: [
      {
        name: 'in-place',
        resolveId: (id) => (id === '../encodings' ? { id: '#later/charsets', external: true } : undefined),
        load: (id) => inPlace[Object.keys(inPlace).find((path) => id.endsWith(path))],
      },
    ],
  },
  {
    ...{ dir: 'dist', entryFileNames: '[name].js', chunkFileNames: 'parts/[name].js' },
    codeSplitting: { groups: [{ debugName: 'parts', name: partsOf() }] },
  },
)
/** What is read by `require` when it is needed: a file each. */
const later = await bundle(
  {
    input: { ...Object.fromEntries([...validators.keys()].map((kind) => [kind, `${kind}.schema`])), charsets },
    plugins: [
      {
        name: 'validators',
        resolveId: (id) => (id.endsWith('.schema') ? id : undefined),
        load: (id) => validators.get(id.replace(/\.schema$/, '')),
      },
    ],
  },
  { dir: 'dist/later', format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: '[name].cjs' },
)
/** The dashboard: files for a browser, dist/web. */
const pages = await build({ configFile: 'web/vite.config.js' })
writeFileSync('dist/THIRD-PARTY.txt', writeNotice([...modules, ...later, ...modulesOf(pages.output)]))

function modulesOf(output) {
  return output.flatMap(({ moduleIds = [] }) => moduleIds)
}

/** Writes the files of a bundle, and tells which modules are in it. What rolldown warns of ends the build. */
async function bundle(input, output) {
  const onLog = (level, { message }) => {
    if (level === 'warn') throw new Error(message)
  }
  // Nothing is taken for needless: a call whose value nobody takes may be there for what it throws, as that of
  // decodeURIComponent which finds out a malformed escape.
  const made = await rolldown({ platform: 'node', treeshake: false, onLog, ...input })
  const written = await made.write({ minify: false, ...output })
  await made.close()
  return modulesOf(written.output)
}

/** What an earlier build wrote and this one may not; the declarations are of this one. */
function removeOld(folder) {
  // Of a checkout without its benchmark, as an image is built of, there are none.
  if (!existsSync(folder)) return
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.name.endsWith('.js') || isDeclarationOfNothing(path)) rmSync(path)
  }
}

/** Left by a source that has gone; the package would ship it. */
function isDeclarationOfNothing(path) {
  return path.endsWith('.d.ts') && !existsSync(path.replace(/^dist\//, '').replace(/\.d\.ts$/, '.ts'))
}

/** The licences of what was bundled, as they ask to be kept. */
function writeNotice(modules) {
  const folders = modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? [])
  const notices = [...new Set(folders)].sort().map((folder) => {
    const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const files = readdirSync(folder).filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file))
    const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim())
    // Its package leaves the file out.
    if (texts.length === 0 && license === 'ISC') texts.push(writeIsc(author))
    if (texts.length === 0) throw new Error(`${name} has no file with its licence, ${license}: say where it stands.`)
    return [`${name} ${version}: ${license}`, ...texts].join('\n\n')
  })
  return `${notices.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`
}

function writeIsc(author) {
  return `Copyright (c) ${author}

Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted,
provided that the above copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL
IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
THIS SOFTWARE.`
}
