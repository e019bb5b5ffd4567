/** Finding by typed words. */

/** Whether every word of the query begins somewhere in the text. */
export function matchesWords(text: string, query: string): boolean {
  const haystack = text.toLowerCase()
  return wordsOf(query).every(word => haystack.includes(word))
}

export const wordsOf = (query: string): string[] => query.toLowerCase().split(/\s+/).filter(Boolean)

/** How well it matches, higher first; −1: not at all. The start of a word counts more than its middle, the label more than the rest. */
export function scoreOf(label: string, rest: string, query: string): number {
  const words = wordsOf(query)
  if (words.length === 0) return 0
  const name = label.toLowerCase()
  const more = rest.toLowerCase()
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
  const lower = label.toLowerCase()
  const hits = wordsOf(query)
    .map(word => [lower.indexOf(word), word.length] as const)
    .filter(([at]) => at >= 0)
    .toSorted(([a], [b]) => a - b)
  const pieces: Piece[] = []
  let end = 0
  for (const [at, length] of hits) {
    if (at < end) continue
    if (at > end) pieces.push({ text: label.slice(end, at), isHit: false })
    pieces.push({ text: label.slice(at, at + length), isHit: true })
    end = at + length
  }
  if (end < label.length) pieces.push({ text: label.slice(end), isHit: false })
  return pieces
}
