/* oxlint-disable react/no-array-index-key -- what stands in order has no other name than its place */
import { memo } from 'react'
import { marked, piecesOf } from './ansi'

const NONE: readonly [number, number][] = []

/** A line's text with its colours and what was found in it. */
export const LineText = memo(function LineText({
  text,
  spans = NONE,
}: {
  text: string
  spans?: readonly (readonly [number, number])[]
}) {
  return (
    <span className="x">
      {marked(piecesOf(text), spans).map((piece, i) =>
        piece.isMark ? (
          <mark key={i} className={piece.style}>
            {piece.text}
          </mark>
        ) : piece.style ? (
          <span key={i} className={piece.style}>
            {piece.text}
          </span>
        ) : (
          piece.text
        ),
      )}
    </span>
  )
})

export function clockOf(atS: number, withMs: boolean): string {
  const at = new Date(atS * 1000)
  const two = (n: number): string => String(n).padStart(2, '0')
  const text = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
  return withMs ? `${text}.${String(at.getMilliseconds()).padStart(3, '0')}` : text
}

/** `rank3` → `r3`: what stands in a narrow column. */
export const shortLabel = (label: string): string =>
  /^rank[ _-]?\d+$/i.test(label) ? `r${label.replace(/\D+/, '')}` : label
