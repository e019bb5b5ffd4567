/**
 * The lines themselves: any of millions by its place, 20 px each. A browser lays out eight million pixels at most, so beyond that
 * the scroll bar is finer than its pixels and the wheel moves by lines.
 */

import {
  type KeyboardEvent,
  type Ref,
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import type { ConsoleLine } from '../../../data/run'
import { clockOf, LineText, shortLabel } from './LineText'
import { type LineWindow, scaleOf } from './window'

export const LINE_PX = 20
const OVERSCAN = 8
const ABOVE = 0.4

export interface LineListHandle {
  /** Brings a place into view; nothing moves if it is there already, unless `isCentred`. */
  show: (position: number, isCentred?: boolean) => void
  end: () => void
  firstLine: () => number
}

export function LineList({
  lines,
  current,
  isWrapped,
  isPhone,
  isFollowing,
  onFollow,
  onPick,
  onWindow,
  ref,
}: {
  lines: LineWindow
  /** The number of the line that is chosen; −1: none. */
  current: number
  isWrapped: boolean
  isPhone: boolean
  isFollowing: boolean
  onFollow: (isFollowing: boolean) => void
  onPick: (line: ConsoleLine) => void
  onWindow: (first: ConsoleLine | undefined, last: ConsoleLine | undefined) => void
  ref: Ref<LineListHandle>
}) {
  const { total, tails } = useSyncExternalStore(lines.subscribe, lines.getState)
  const scroller = useRef<HTMLDivElement>(null)
  const [viewPx, setViewPx] = useState(600)
  /** The place of the first line, with a fraction. */
  const [top, setTop] = useState(0)
  const own = useRef(-1)
  const bars = tails.flatMap(tail => tail.lines.map(text => ({ text, label: tail.label, time: tail.time })))
  const count = total + bars.length
  const scale = scaleOf(count, LINE_PX, viewPx)
  const topMax = Math.max(0, count - viewPx / LINE_PX)
  const latest = useRef({ top, topMax, scale, count, isFollowing })
  useLayoutEffect(() => {
    latest.current = { top, topMax, scale, count, isFollowing }
  })

  /** `isPlace`: a line was asked for. That is never a wish to follow, also while no more lines are known than lead to it. */
  const move = useCallback(
    (to: number, isPlace = false) => {
      const { topMax, scale, isFollowing } = latest.current
      const next = Math.max(0, Math.min(topMax, to))
      latest.current.top = next
      setTop(next)
      const element = scroller.current
      if (element && scale.linesPerPx > 0) {
        own.current = Math.round(next / scale.linesPerPx)
        element.scrollTop = own.current
      }
      const isAtEnd = !isPlace && next >= topMax - 1
      if (isAtEnd !== isFollowing) onFollow(isAtEnd)
    },
    [onFollow],
  )

  useEffect(() => {
    const element = scroller.current
    if (!element) return
    const resize = new ResizeObserver(() => setViewPx(element.clientHeight))
    resize.observe(element)
    // React's own listener could not keep the page from scrolling.
    const wheel = (event: WheelEvent) => {
      if (latest.current.scale.linesPerPx * LINE_PX <= 1.001 || event.ctrlKey || event.deltaY === 0) return
      event.preventDefault()
      const px = event.deltaMode === 1 ? event.deltaY * LINE_PX : event.deltaY
      move(latest.current.top + px / LINE_PX)
    }
    element.addEventListener('wheel', wheel, { passive: false })
    return () => {
      resize.disconnect()
      element.removeEventListener('wheel', wheel)
    }
  }, [move])

  // Following: the end stays in view as lines come.
  useLayoutEffect(() => {
    if (isFollowing) move(Number.POSITIVE_INFINITY)
  }, [isFollowing, count, viewPx, move])

  useImperativeHandle(
    ref,
    () => ({
      show: (position, isCentred = false) => {
        const { top } = latest.current
        const rows = (scroller.current?.clientHeight ?? 600) / LINE_PX
        if (!isCentred && position >= top + 1 && position < top + rows - 2) return
        // A place beyond what is known yet is believed: the list grows to it.
        latest.current.topMax = Math.max(latest.current.topMax, position - rows + 1)
        move(position - rows * ABOVE, true)
      },
      end: () => move(Number.POSITIVE_INFINITY),
      firstLine: () => lines.get(Math.floor(latest.current.top))?.number ?? 0,
    }),
    [move, lines],
  )

  const first = Math.max(0, Math.floor(top) - OVERSCAN)
  const end = Math.min(count, Math.ceil(top + viewPx / LINE_PX) + OVERSCAN)
  useEffect(() => lines.want(first, Math.min(end, Math.max(total, 1))), [lines, first, end, total])
  const seenFirst = lines.get(Math.min(Math.floor(top), Math.max(0, total - 1)))
  const seenLast = lines.get(Math.min(Math.ceil(top + viewPx / LINE_PX) - 1, Math.max(0, total - 1)))
  useEffect(() => onWindow(seenFirst, seenLast), [onWindow, seenFirst, seenLast])

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const rows = viewPx / LINE_PX
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: rows - 2, PageUp: 2 - rows }[event.key]
    if (by !== undefined) move(top + by)
    else if (event.key === 'Home') move(0)
    else if (event.key === 'End') move(Number.POSITIVE_INFINITY)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  const offset = scale.linesPerPx > 0 ? Math.round(top / scale.linesPerPx) : 0
  const rows = []
  for (let position = isWrapped ? Math.floor(top) : first; position < end; position++) {
    const bar = position >= total ? bars[position - total] : undefined
    const line = bar ? undefined : lines.get(position)
    const place = isWrapped ? undefined : { top: offset + Math.round((position - top) * LINE_PX) }
    rows.push(
      bar ? (
        <div key={`bar${position}`} className="ln bar" style={place}>
          <span className="no" />
          <span className="t">{clockOf(bar.time, !isPhone)}</span>
          <span className="rk">{shortLabel(bar.label)}</span>
          <LineText text={bar.text} />
        </div>
      ) : line ? (
        <Row
          key={line.number}
          line={line}
          style={place}
          isCurrent={line.number === current}
          isPhone={isPhone}
          onPick={onPick}
        />
      ) : (
        <div key={`wait${position}`} className="ln wait" style={place} aria-hidden="true" />
      ),
    )
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- arrows and pages scroll it
    <div
      className={isWrapped ? 'vl wrapped' : 'vl'}
      ref={scroller}
      role="log"
      aria-live="off"
      aria-label="Lines"
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reached by keyboard
      tabIndex={0}
      onKeyDown={onKeyDown}
      onScroll={event => {
        const at = event.currentTarget.scrollTop
        if (Math.abs(at - own.current) < 2) return
        own.current = at
        const { scale, topMax } = latest.current
        move(Math.min(topMax, at * scale.linesPerPx))
      }}
    >
      <div style={{ height: scale.heightPx }} />
      {isWrapped ? (
        <div className="flow" style={{ top: offset }}>
          {rows}
        </div>
      ) : (
        rows
      )}
    </div>
  )
}

function Row({
  line,
  style,
  isCurrent,
  isPhone,
  onPick,
}: {
  line: ConsoleLine
  style: { top: number } | undefined
  isCurrent: boolean
  isPhone: boolean
  onPick: (line: ConsoleLine) => void
}) {
  const tone = line.level === 'warn' || line.level === 'error' ? ` ${line.level}` : ''
  return (
    // The list takes the keyboard for all of its rows.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
    <div
      className={`ln${tone}${isCurrent ? ' cur' : ''}`}
      style={style}
      data-line={line.number}
      onClick={() => {
        // Selecting text is not choosing the line.
        if (!getSelection()?.toString()) onPick(line)
      }}
    >
      <span className="no">{line.number + 1}</span>
      <span className="t">{clockOf(line.time, !isPhone)}</span>
      <span className="rk" title={[line.label, line.stream].filter(Boolean).join(', ')}>
        {shortLabel(line.label)}
      </span>
      <LineText text={line.text} spans={line.spans} />
    </div>
  )
}
