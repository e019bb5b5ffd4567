/** A line with its colours: text between SGR escapes, with what they say. Other escapes never reach the store. */

export interface Piece {
  text: string
  /** CSS classes: `a-red`, `a-bold`, `a-dim`, `a-italic`, `a-underline`; empty for plain text. */
  style: string
}

// The escape itself is what is looked for.
// oxlint-disable-next-line no-control-regex
const SGR = /\u001b\[([0-9;:]*)m/g
const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']

/** The text without its colours: what searches look at. */
export const seen = (text: string): string => (text.includes('\u001b') ? text.replaceAll(SGR, '') : text)

interface State {
  colour: string
  bold: boolean
  dim: boolean
  italic: boolean
  underline: boolean
}

const PLAIN: State = { colour: '', bold: false, dim: false, italic: false, underline: false }

export function piecesOf(text: string): Piece[] {
  if (!text.includes('\u001b')) return [{ text, style: '' }]
  const pieces: Piece[] = []
  let state = PLAIN
  let from = 0
  const put = (to: number) => {
    if (to > from) pieces.push({ text: text.slice(from, to), style: styleOf(state) })
  }
  for (const match of text.matchAll(SGR)) {
    put(match.index)
    state = applied(state, match[1] ?? '')
    from = match.index + match[0].length
  }
  put(text.length)
  return pieces
}

function styleOf(state: State): string {
  return [
    state.colour && `a-${state.colour}`,
    state.bold && 'a-bold',
    state.dim && 'a-dim',
    state.italic && 'a-italic',
    state.underline && 'a-underline',
  ]
    .filter(Boolean)
    .join(' ')
}

function applied(before: State, codes: string): State {
  let state = before
  const numbers = codes.split(/[;:]/).map(code => (code === '' ? 0 : Number(code)))
  for (let i = 0; i < numbers.length; i++) {
    const code = numbers[i] as number
    if (code === 0) state = PLAIN
    else if (code === 1) state = { ...state, bold: true }
    else if (code === 2) state = { ...state, dim: true }
    else if (code === 3) state = { ...state, italic: true }
    else if (code === 4) state = { ...state, underline: true }
    else if (code === 22) state = { ...state, bold: false, dim: false }
    else if (code === 23) state = { ...state, italic: false }
    else if (code === 24) state = { ...state, underline: false }
    else if (code >= 30 && code <= 37) state = { ...state, colour: COLOURS[code - 30] as string }
    else if (code === 39) state = { ...state, colour: '' }
    else if (code >= 90 && code <= 97)
      state = { ...state, colour: code === 90 ? 'grey' : (COLOURS[code - 90] as string) }
    else if (code === 38 || code === 48) {
      const skip = numbers[i + 1] === 5 ? 2 : numbers[i + 1] === 2 ? 4 : 0
      if (code === 38 && skip > 0) state = { ...state, colour: nearest(numbers.slice(i + 2, i + 1 + skip)) }
      i += skip
    }
  }
  return state
}

/** One of the eight colours of the theme for any of the 256, or for red, green and blue: a theme has no others. */
function nearest(code: number[]): string {
  if (code.length === 3) return ofRgb(code as [number, number, number])
  const n = code[0] ?? 0
  if (n < 8) return COLOURS[n] as string
  if (n < 16) return n === 8 ? 'grey' : (COLOURS[n - 8] as string)
  if (n >= 232) return n < 244 ? 'grey' : 'white'
  const cube = n - 16
  const level = (v: number): number => (v === 0 ? 0 : 55 + v * 40)
  return ofRgb([level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)])
}

function ofRgb([r, g, b]: [number, number, number]): string {
  const high = Math.max(r, g, b)
  if (high < 70) return 'grey'
  const bit = (v: number): number => (v > high * 0.6 ? 1 : 0)
  return COLOURS[bit(r) + 2 * bit(g) + 4 * bit(b)] as string
}

/** `pieces` cut at the marks, those within one flagged. Marks are [from, to) in the text as it is seen. */
export function marked(
  pieces: readonly Piece[],
  marks: readonly (readonly [number, number])[],
): (Piece & { isMark: boolean })[] {
  if (marks.length === 0) return pieces.map(piece => ({ ...piece, isMark: false }))
  const out: (Piece & { isMark: boolean })[] = []
  let at = 0
  for (const piece of pieces) {
    const edges = new Set([0, piece.text.length])
    for (const [from, to] of marks)
      for (const edge of [from - at, to - at]) if (edge > 0 && edge < piece.text.length) edges.add(edge)
    const sorted = [...edges].toSorted((a, b) => a - b)
    for (let i = 0; i + 1 < sorted.length; i++) {
      const [a, b] = [sorted[i] as number, sorted[i + 1] as number]
      const isMark = marks.some(([from, to]) => from <= at + a && to >= at + b)
      out.push({ text: piece.text.slice(a, b), style: piece.style, isMark })
    }
    at += piece.text.length
  }
  return out
}
