/** A text cut at the edges of its named spans and of what is looked for. Spans may overlap. Pure. */

import { folded, foldedLetters } from '../../ui/folding'
import type { Span } from './values'

export interface Piece {
  text: string
  /** Spans that cover it, the longest first. */
  labels: readonly Span[]
  /** A span ends here: its label is written after it. */
  endsLabel: boolean
  isFound: boolean
}

/** Spans are in code points, as the wire counts; JavaScript counts halves of some letters. */
export function pieces(text: string, spans: readonly Span[], find: string): Piece[] {
  const letters = Array.from(text)
  const edges = new Set([0, letters.length])
  const inside = spans.filter(span => span.start < letters.length)
  for (const span of inside) {
    edges.add(span.start)
    edges.add(Math.min(span.end, letters.length))
  }
  const found = foundIn(letters, find)
  for (const [from, to] of found) {
    edges.add(from)
    edges.add(to)
  }
  const cuts = [...edges].toSorted((a, b) => a - b)
  const made: Piece[] = []
  for (let i = 0; i + 1 < cuts.length; i++) {
    const [from, to] = [cuts[i] as number, cuts[i + 1] as number]
    const labels = inside
      .filter(span => span.start <= from && span.end >= to)
      .toSorted((a, b) => b.end - b.start - (a.end - a.start))
    made.push({
      text: letters.slice(from, to).join(''),
      labels,
      endsLabel: labels.some(span => Math.min(span.end, letters.length) === to),
      isFound: found.some(([start, end]) => start <= from && end >= to),
    })
  }
  return made
}

const FOUND_MAX = 2000

function foundIn(letters: readonly string[], find: string): [number, number][] {
  const wanted = folded(find)
  if (wanted === '') return []
  const { text, from } = foldedLetters(letters)
  const found: [number, number][] = []
  for (let at = text.indexOf(wanted); at >= 0 && found.length < FOUND_MAX; at = text.indexOf(wanted, at)) {
    const start = from[at] as number
    at += wanted.length
    // One letter may be found twice, as ß is by `s`.
    if (start >= (found.at(-1)?.[1] ?? 0)) found.push([start, Math.max(start + 1, from[at] ?? letters.length)])
  }
  return found
}
