/** Two texts as lines that are the same, added or removed, with the words that changed within a line. Pure. */

import { diffArrays, diffWordsWithSpace } from 'diff'

/** A stretch of characters: from, to. */
export type Mark = readonly [number, number]

export interface DiffLine {
  kind: 'same' | 'added' | 'removed'
  /** From 1; null on the side that does not have it. */
  left: number | null
  right: number | null
  text: string
  marks: readonly Mark[]
}

/** Left and right of one row; null: the other side has no counterpart. */
export interface DiffPair {
  left: DiffLine | null
  right: DiffLine | null
}

export interface Diff {
  lines: readonly DiffLine[]
  addedCount: number
  removedCount: number
  /** Too different to be told apart line by line in time: one whole text stands for the other. */
  isWhole: boolean
}

const TIME_MS = 2000
/** Words are compared in lines up to so long. */
const WORDS_CHARS = 600

const linesOf = (text: string): string[] => {
  if (text === '') return []
  const lines = text.replaceAll('\r\n', '\n').split('\n')
  // A newline at the end ends the last line; it does not begin another.
  if (lines.at(-1) === '') lines.pop()
  return lines
}

export function diffTexts(left: string, right: string): Diff {
  const [a, b] = [linesOf(left), linesOf(right)]
  const parts = diffArrays(a, b, { timeout: TIME_MS })
  const lines: DiffLine[] = []
  let [l, r] = [0, 0]
  let [addedCount, removedCount] = [0, 0]
  const add = (kind: DiffLine['kind'], texts: readonly string[]): void => {
    for (const text of texts) {
      const hasLeft = kind !== 'added'
      const hasRight = kind !== 'removed'
      lines.push({ kind, left: hasLeft ? ++l : null, right: hasRight ? ++r : null, text, marks: [] })
    }
    if (kind === 'added') addedCount += texts.length
    if (kind === 'removed') removedCount += texts.length
  }
  if (!parts) {
    add('removed', a)
    add('added', b)
    return { lines, addedCount, removedCount, isWhole: true }
  }
  for (const part of parts) add(part.added ? 'added' : part.removed ? 'removed' : 'same', part.value)
  return { lines: withWords(lines), addedCount, removedCount, isWhole: false }
}

/** Lines removed and added at one place are held against each other, word by word. */
function withWords(lines: readonly DiffLine[]): DiffLine[] {
  const found = [...lines]
  for (let at = 0; at < found.length; at++) {
    if (found[at]?.kind !== 'removed') continue
    let middle = at
    while (found[middle]?.kind === 'removed') middle++
    let end = middle
    while (found[end]?.kind === 'added') end++
    for (let i = 0; i < Math.min(middle - at, end - middle); i++) {
      const [before, after] = [found[at + i] as DiffLine, found[middle + i] as DiffLine]
      const marks = wordMarks(before.text, after.text)
      if (!marks) continue
      found[at + i] = { ...before, marks: marks[0] }
      found[middle + i] = { ...after, marks: marks[1] }
    }
    at = end - 1
  }
  return found
}

/** Null: too long, or nothing in common. */
function wordMarks(before: string, after: string): [Mark[], Mark[]] | null {
  if (before.length > WORDS_CHARS || after.length > WORDS_CHARS) return null
  const [left, right]: [Mark[], Mark[]] = [[], []]
  let [l, r, common] = [0, 0, 0]
  for (const { added, removed, value } of diffWordsWithSpace(before, after)) {
    if (removed) {
      left.push([l, l + value.length])
      l += value.length
    } else if (added) {
      right.push([r, r + value.length])
      r += value.length
    } else {
      if (value.trim() !== '') common += value.length
      l += value.length
      r += value.length
    }
  }
  return common > 0 ? [left, right] : null
}

/** Rows of two columns: what was removed beside what came in its place. */
export function pairsOf(lines: readonly DiffLine[]): DiffPair[] {
  const pairs: DiffPair[] = []
  for (let at = 0; at < lines.length;) {
    const line = lines[at] as DiffLine
    if (line.kind === 'same') {
      pairs.push({ left: line, right: line })
      at++
      continue
    }
    const removed: DiffLine[] = []
    const added: DiffLine[] = []
    while (lines[at]?.kind === 'removed') removed.push(lines[at++] as DiffLine)
    while (lines[at]?.kind === 'added') added.push(lines[at++] as DiffLine)
    for (let i = 0; i < Math.max(removed.length, added.length); i++)
      pairs.push({ left: removed[i] ?? null, right: added[i] ?? null })
  }
  return pairs
}

export type Folded<T> = { kind: 'row'; row: T } | { kind: 'fold'; from: number; to: number }

/** Rows with long stretches of the same folded to `context` lines around each change. `open`: folds that stay open, by start. */
export function folded<T>(
  rows: readonly T[],
  isSame: (row: T) => boolean,
  open: ReadonlySet<number>,
  context = 3,
): Folded<T>[] {
  const found: Folded<T>[] = []
  for (let at = 0; at < rows.length;) {
    if (!isSame(rows[at] as T)) {
      found.push({ kind: 'row', row: rows[at++] as T })
      continue
    }
    let end = at
    while (end < rows.length && isSame(rows[end] as T)) end++
    const from = at === 0 ? at : at + context
    const to = end === rows.length ? end : end - context
    const isFolded = to - from > context && !open.has(from)
    for (let i = at; i < end; i++) {
      if (isFolded && i === from) found.push({ kind: 'fold', from, to })
      if (!isFolded || i < from || i >= to) found.push({ kind: 'row', row: rows[i] as T })
    }
    at = end
  }
  return found
}
