/** Finding by typed words. */

import { folded, foldedLetters, wordsOf } from './folding'

/** Whether every word of the query is somewhere in the text. */
export function matchesWords(text: string, query: string): boolean {
  const haystack = folded(text)
  return wordsOf(query).every(word => haystack.includes(word))
}

/** How well it matches, higher first; −1: not at all. The start of a word counts more than its middle, the label more than the rest. */
export function scoreOf(label: string, rest: string, query: string): number {
  const words = wordsOf(query)
  if (words.length === 0) return 0
  const name = folded(label)
  const more = folded(rest)
  let score = name.startsWith(words.join(' ')) ? 8 : 0
  for (const word of words) {
    if (startsWord(name, word)) score += 4
    else if (name.includes(word)) score += 2
    else if (startsWord(more, word)) score += 1
    else if (!more.includes(word)) return -1
  }
  return score
}

const startsWord = (text: string, word: string) => {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1] ?? '')) return true
  }
  return false
}

export interface Piece {
  text: string
  isHit: boolean
}

/** The label cut into found and other pieces, for marking what was typed. */
export function piecesOf(label: string, query: string): Piece[] {
  const letters = Array.from(label)
  const { text, from } = foldedLetters(letters)
  const place = (at: number): number => from[at] ?? letters.length
  const hits = wordsOf(query)
    .map(word => [text.indexOf(word), word.length] as const)
    .filter(([at]) => at >= 0)
    .map(([at, length]) => [place(at), Math.max(place(at) + 1, place(at + length))] as const)
    .toSorted(([a], [b]) => a - b)
  const pieces: Piece[] = []
  const add = (start: number, stop: number, isHit: boolean): void => {
    if (stop > start) pieces.push({ text: letters.slice(start, stop).join(''), isHit })
  }
  let end = 0
  for (const [start, stop] of hits) {
    if (start < end) continue
    add(end, start, false)
    add(start, stop, true)
    end = stop
  }
  add(end, letters.length, false)
  return pieces
}
