/** Two texts side by side or in one column, virtual, with long stretches of the same folded. */

import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type ReactNode, useMemo, useRef, useState } from 'react'
import { cx } from '../cx'
import { formatCount } from '../format'
import { Icon } from '../icons'
import { type Diff, type DiffLine, type DiffPair, diffTexts, folded, pairsOf } from './lines'
import './diff.css'

export const LINE_PX = 19

export function DiffView({
  left,
  right,
  isUnified,
  label,
  diff: given,
}: {
  left: string
  right: string
  isUnified: boolean
  label: string
  /** Where it was computed already. */
  diff?: Diff
}) {
  const scroller = useRef<HTMLDivElement>(null)
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set())
  const diff = useMemo(() => given ?? diffTexts(left, right), [given, left, right])
  const rows = useMemo(() => {
    const pairs: DiffPair[] = isUnified ? diff.lines.map(line => ({ left: line, right: line })) : pairsOf(diff.lines)
    return folded(pairs, pair => pair.left?.kind === 'same', open)
  }, [diff, isUnified, open])
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    overscan: 20,
  })
  const onKeyDown = (event: KeyboardEvent): void => {
    // N and P go to the next and the previous change, as in other tools.
    if (event.ctrlKey || event.metaKey || event.altKey || (event.key !== 'n' && event.key !== 'p')) return
    event.preventDefault()
    event.stopPropagation()
    const top = virtual.getVirtualItems().find(item => item.end > (scroller.current?.scrollTop ?? 0))?.index ?? 0
    const isChange = (i: number): boolean => {
      const [now, before] = [rows[i], rows[i - 1]]
      const changes = (row: typeof now): boolean => row?.kind === 'row' && row.row.left?.kind !== 'same'
      return changes(now) && !changes(before)
    }
    const by = event.key === 'n' ? 1 : -1
    for (let i = top + by; i >= 0 && i < rows.length; i += by) {
      if (!isChange(i)) continue
      virtual.scrollToIndex(i, { align: 'start' })
      return
    }
  }
  return (
    // It scrolls by its keys, and goes from change to change.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      ref={scroller}
      className={cx('diff', isUnified && 'unified')}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls
      tabIndex={0}
      role="group"
      data-keys=""
      aria-label={`${label}: ${formatCount(diff.addedCount)} lines added, ${formatCount(diff.removedCount)} removed`}
      onKeyDown={onKeyDown}
    >
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map(({ index, start, key }) => {
          const row = rows[index]
          if (!row) return null
          const place = { transform: `translateY(${start}px)` }
          return (
            <div key={key} ref={virtual.measureElement} data-index={index} className="diff-row" style={place}>
              {row.kind === 'fold' ? (
                <button
                  type="button"
                  className="diff-fold"
                  onClick={() => setOpen(before => new Set(before).add(row.from))}
                >
                  <Icon name="updown" size={12} /> {formatCount(row.to - row.from)} lines the same
                </button>
              ) : isUnified ? (
                <Line line={row.row.left} numbers={[row.row.left?.left ?? null, row.row.left?.right ?? null]} />
              ) : (
                <>
                  <Line line={row.row.left} numbers={[row.row.left?.left ?? null]} />
                  <Line line={row.row.right} numbers={[row.row.right?.right ?? null]} />
                </>
              )}
            </div>
          )
        })}
      </div>
      {diff.isWhole && (
        <p className="hint diff-note">
          These texts are too different to be compared line by line: one stands for the other.
        </p>
      )}
      {diff.lines.every(line => line.kind === 'same') && <p className="hint diff-note">Both are the same.</p>}
    </div>
  )
}

const SIGNS = { same: ' ', added: '+', removed: '−' } as const

function Line({ line, numbers }: { line: DiffLine | null; numbers: readonly (number | null)[] }) {
  if (!line) return <span className="diff-line none" />
  return (
    <span className={cx('diff-line', line.kind)}>
      {numbers.map((number, i) => (
        // oxlint-disable-next-line react/no-array-index-key -- the first is the left side's
        <span key={i} className="no" aria-hidden="true">
          {number}
        </span>
      ))}
      <span className="sign">{SIGNS[line.kind]}</span>
      <span className="text">{marked(line)}</span>
    </span>
  )
}

function marked({ text, marks }: DiffLine): ReactNode {
  if (marks.length === 0) return text || ' '
  const parts: ReactNode[] = []
  let at = 0
  for (const [from, to] of marks) {
    parts.push(text.slice(at, from), <mark key={from}>{text.slice(from, to)}</mark>)
    at = to
  }
  return [...parts, text.slice(at)]
}
