import { useMemo, useState } from 'preact/hooks'
import { CopyButton } from '../copy-button.js'
import { type RowState, VirtualList } from '../virtual-list.js'
import './body-view.css'
import { jsonLines } from './json-lines.js'
import type { Line, Piece } from './line.js'
import { type Mark, placeMarks } from './mark.js'
import { rawLines } from './raw-lines.js'
import { xmlLines } from './xml-lines.js'

interface BodyViewProps {
  readonly label: string
  readonly text: string
  /** How many it had on the wire. */
  readonly bytes?: number
  /** Only the start of the body is there. */
  readonly cut?: boolean | undefined
  /** What is to be said about it, each below the line that it is about. */
  readonly marks?: readonly Mark[]
  /** The key of the mark to bring into view; a new object asks once more. */
  readonly reveal?: { readonly key: string } | undefined
}

/** A row of the page: a line of the body, or what is said about the line above. */
type Shown =
  | { readonly line: Line; readonly index: number; readonly isMarked: boolean }
  | { readonly mark: Mark; readonly depth: number }

const lineHeight = 20
/** Characters of a piece on the page; the body as sent has all of it. */
const longestPiece = 1_000
const noMarks: readonly Mark[] = []

/** A body a value to a line, to be folded, or as it was sent; however long it is, only what is in sight is drawn. */
export function BodyView({ label, text, bytes, cut = false, marks = noMarks, reveal }: BodyViewProps) {
  const [isRaw, setRaw] = useState(false)
  const [folded, setFolded] = useState<ReadonlySet<number>>(new Set())
  const pretty = useMemo(() => jsonLines(text) ?? xmlLines(text), [text])
  const raw = useMemo(() => (isRaw || pretty === undefined ? rawLines(text) : undefined), [text, isRaw, pretty])
  const lines = raw ?? pretty ?? []
  const marksAt = useMemo(() => placeMarks(lines, text, marks), [lines, text, marks])
  const hidden = raw === undefined ? folded : noFolds
  const shown = useMemo(() => shownOf(lines, hidden, marksAt), [lines, hidden, marksAt])
  const target = useMemo(() => {
    if (reveal === undefined) return undefined
    const index = shown.findIndex((row) => 'mark' in row && row.mark.key === reveal.key)
    return index < 0 ? undefined : { index }
  }, [reveal, marksAt])

  const fold = (row: Shown, isExpanded: boolean) => {
    if ('mark' in row || row.line.end === undefined || raw !== undefined) return
    const next = new Set(folded)
    if (isExpanded) next.delete(row.index)
    else next.add(row.index)
    setFolded(next)
  }
  const state = (row: Shown): RowState => {
    if ('mark' in row) return { class: `body-mark ${row.mark.level}`, level: row.depth + 1 }
    const canFold = row.line.end !== undefined && raw === undefined
    return {
      level: row.line.depth + 1,
      class: row.isMarked ? 'marked' : undefined,
      expanded: canFold ? !folded.has(row.index) : undefined,
    }
  }

  return (
    <div class="body">
      <div class="body-tools">
        {pretty !== undefined && (
          <>
            <button type="button" aria-pressed={!isRaw} onClick={() => setRaw(false)}>
              Pretty
            </button>
            <button type="button" aria-pressed={isRaw} onClick={() => setRaw(true)}>
              As sent
            </button>
            <button type="button" disabled={isRaw} onClick={() => setFolded(allFolds(lines))}>
              Fold
            </button>
            <button type="button" disabled={isRaw} onClick={() => setFolded(noFolds)}>
              Unfold
            </button>
          </>
        )}
        <CopyButton text={text}>Copy</CopyButton>
        {bytes !== undefined && <span class="soft">{bytes.toLocaleString('en')} bytes</span>}
        {cut && <span class="cut">Only the start of it is kept; --journal-body-bytes keeps more.</span>}
      </div>
      <VirtualList
        kind="tree"
        class="wire"
        label={label}
        rows={shown}
        rowHeight={lineHeight}
        keyOf={(row) => ('mark' in row ? `m${row.mark.key}` : String(row.index))}
        state={state}
        onOpen={(row) => {
          if ('line' in row) fold(row, folded.has(row.index))
        }}
        onFold={(row, _index, isExpanded) => fold(row, isExpanded)}
        reveal={target}
      >
        {(row) =>
          'mark' in row ? (
            <MarkRow mark={row.mark} depth={row.depth} />
          ) : (
            <LineRow
              row={row}
              isFolded={hidden.has(row.index)}
              canFold={row.line.end !== undefined && raw === undefined}
            />
          )
        }
      </VirtualList>
    </div>
  )
}

interface LineRowProps {
  readonly row: { readonly line: Line; readonly index: number }
  readonly isFolded: boolean
  readonly canFold: boolean
}

function LineRow({ row: { line, index }, isFolded, canFold }: LineRowProps) {
  return (
    <>
      <span class="line-number" aria-hidden="true">
        {index + 1}
      </span>
      <span class="fold" aria-hidden="true">
        {canFold ? (isFolded ? '▸' : '▾') : ''}
      </span>
      <span class="line" style={{ paddingLeft: `${line.depth * 1.25}em` }}>
        {line.pieces.map((piece, at) => (
          <span key={at} class={`piece-${piece.kind}`}>
            {shortened(piece)}
          </span>
        ))}
        {isFolded && <span class="folded">… {(line.end ?? index) - index} lines</span>}
      </span>
    </>
  )
}

function MarkRow({ mark, depth }: { readonly mark: Mark; readonly depth: number }) {
  return (
    <>
      <span class="line-number" aria-hidden="true" />
      <span class="fold" aria-hidden="true">
        {mark.level === 'error' ? '✕' : '!'}
      </span>
      <span class="line" style={{ paddingLeft: `${depth * 1.25}em` }}>
        {mark.text}
      </span>
    </>
  )
}

function shortened({ text }: Piece): string {
  if (text.length <= longestPiece) return text
  return `${text.slice(0, longestPiece)}… and ${text.length - longestPiece} characters more`
}

const noFolds: ReadonlySet<number> = new Set()

/** Everything inside the outermost, for a first look. */
function allFolds(lines: readonly Line[]): ReadonlySet<number> {
  return new Set(lines.flatMap(({ end, depth }, index) => (end !== undefined && depth > 0 ? [index] : [])))
}

function shownOf(
  lines: readonly Line[],
  folded: ReadonlySet<number>,
  marksAt: ReadonlyMap<number, readonly Mark[]>,
): readonly Shown[] {
  const shown: Shown[] = []
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]
    if (line === undefined) break
    const marks = marksAt.get(index) ?? []
    shown.push({ line, index, isMarked: marks.length > 0 })
    const last = folded.has(index) ? (line.end ?? index) : index
    // What is said about lines that are folded away is said all the same.
    for (let within = index; within <= last; within++)
      for (const mark of marksAt.get(within) ?? noMarks) shown.push({ mark, depth: line.depth })
    index = last
  }
  return shown
}
