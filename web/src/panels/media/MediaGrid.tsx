/** The media of a panel in their places. Only those in sight are there; arrows walk through all of them. */

import { type KeyboardEvent, memo, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { formatCount } from '../../charts/number'
import { runStyle } from '../../charts/palette'
import { IconButton } from '../../ui/Button'
import { cx } from '../../ui/cx'
import type { DrawnRun } from '../context'
import type { MediaPanel, Overlays } from '../schema'
import { hasControls, MediaBody } from './Body'
import {
  type Arrangement,
  aspectOf,
  byStep,
  type Cell,
  flow,
  GAP_PX,
  inSight,
  type MediaSeries,
  type PlacedCell,
} from './layout'
import { NO_OVERLAYS } from './schema'
import { useMediaSteps } from './useMedia'
import { MEDIA_NAMES } from './values'

const MARGIN_PX = 240
/** The window moves in steps of this, so that scrolling renders now and then. */
const GRAIN_PX = 60
const CELL_PX = 120
const CELL_LARGE_PX = 180
/** Figures, frames and scenes drawn at once in a grid; the others wait to be opened. */
const LIVE_MAX = 8
const HEAVY = new Set(['plotly', 'html', 'bokeh', 'object3D', 'scene', 'molecule', 'chart'])

export interface GridProps {
  panel: MediaPanel
  title: string
  groups: readonly { run: string; cells: readonly Cell[] }[]
  series: readonly MediaSeries[]
  runs: readonly DrawnRun[]
  keys: readonly string[]
  /** Columns, where they are steps. */
  steps: readonly number[]
  step: number | null
  isFull: boolean
  isNear: boolean
  onOpen: (cell: Cell) => void
}

interface Window {
  left: number
  top: number
  width: number
  height: number
}

export function MediaGrid(props: GridProps) {
  const { panel, title, groups, series, runs, keys, steps, isFull, isNear, onOpen } = props
  const { columns: by = 'key', overlays = NO_OVERLAYS, is_pixelated: isPixelated = false } = panel
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null)
  const seen = useWindow(scroller)
  const values = useMemo(() => series.flatMap(one => one.items.flatMap(item => item.values)).slice(0, 200), [series])
  const aspect = useMemo(() => aspectOf(values), [values])
  const count = groups.reduce((sum, group) => sum + group.cells.length, 0)
  // One of each run: they stand beside each other, each with its run's name.
  const isFlat = by === 'key' && runs.length > 1 && groups.every(group => group.cells.length <= 1)
  const size = sizeOf(panel.size ?? 0, seen, isFull, by === 'key' ? count : 99, aspect, isFlat ? 1 : groups.length)
  const shape = {
    widthPx: Math.max(120, seen.width),
    cellWidth: size.width,
    cellHeight: size.height,
    hasHeads: runs.length > 1 && !isFlat,
    hasCaptions: isFlat || keys.length > 1 || values.some(value => value.caption !== '' || value.type !== 'image'),
  }
  const { widthPx, cellWidth, cellHeight, hasHeads, hasCaptions } = shape
  const [from, to] = [
    Math.floor((seen.left - MARGIN_PX) / (cellWidth + GAP_PX)),
    Math.ceil((seen.left + seen.width + MARGIN_PX) / (cellWidth + GAP_PX)),
  ]
  const rows = useMemo(() => runs.flatMap(run => keys.map(key => ({ run: run.id, key }))), [runs, keys])
  const ids = useMemo(() => runs.map(run => run.id), [runs])
  const isBySteps = isNear && by === 'step' && seen.width > 0
  const chunks = useMediaSteps(ids, keys, steps, Math.max(0, from), to, panel.stride ?? 1, isBySteps)
  const arrangement = useMemo((): Arrangement => {
    const shape = { widthPx, cellWidth, cellHeight, hasHeads, hasCaptions }
    if (isFlat) return flow([{ run: '', cells: groups.flatMap(group => group.cells) }], shape)
    if (by === 'key') return flow(groups, shape)
    const known = series.map(one => {
      const more = chunks.find(chunk => chunk.run === one.run && chunk.key === one.key)
      return more ? { ...one, items: [...more.items, ...one.items] } : one
    })
    return byStep(known, rows, steps, shape, formatCount)
  }, [by, isFlat, groups, series, chunks, rows, steps, widthPx, cellWidth, cellHeight, hasHeads, hasCaptions])
  const shown = useMemo(() => (seen.width > 0 ? inSight(arrangement, seen, MARGIN_PX) : []), [arrangement, seen])
  const { cells } = arrangement
  const [cursor, setCursor] = useState('')
  const at = Math.max(
    0,
    cells.findIndex(placed => placed.cell.id === cursor),
  )
  const current = cells[at]?.cell.id ?? ''
  const byId = useMemo(() => new Map(runs.map(run => [run.id, run])), [runs])

  // The newest steps stand at the right: that is where a panel by step begins.
  const isPlaced = useRef(false)
  useLayoutEffect(() => {
    if (by !== 'step' || isPlaced.current || !scroller || arrangement.width <= seen.width || seen.width === 0) return
    isPlaced.current = true
    scroller.scrollTo({ left: arrangement.width })
  }, [by, scroller, arrangement, seen.width])

  const wanted = useRef('')
  const focusOn = (place: number): void => {
    const next = cells[Math.max(0, Math.min(cells.length - 1, place))]
    const element = scroller
    if (!next || !element) return
    setCursor(next.cell.id)
    const { scrollTop, scrollLeft, clientHeight, clientWidth } = element
    const [bottom, right] = [next.top + cellHeight + GAP_PX, next.left + cellWidth]
    element.scrollTo({
      top: next.top < scrollTop ? Math.max(0, next.top - GAP_PX) : Math.max(scrollTop, bottom - clientHeight),
      left: next.left < scrollLeft ? next.left : Math.max(scrollLeft, right - clientWidth),
    })
    wanted.current = next.cell.id
  }
  // It may have to be drawn first: the scroll is seen a frame later.
  useEffect(() => {
    if (wanted.current === '') return
    const cell = scroller?.querySelector<HTMLElement>(`[data-cell="${CSS.escape(wanted.current)}"]`)
    if (!cell) return
    wanted.current = ''
    cell.focus({ preventScroll: true })
  })
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (!(event.target instanceof HTMLElement) || !event.target.hasAttribute('data-cell')) return
    const line = lineOf(cells, at)
    // The panel would take Enter for its own full screen.
    if (event.key === 'Enter') {
      const cell = cells[at]?.cell
      if (cell) onOpen(cell)
    } else if (event.key === 'ArrowRight') focusOn(at + 1)
    else if (event.key === 'ArrowLeft') focusOn(at - 1)
    else if (event.key === 'ArrowDown') focusOn(line.below)
    else if (event.key === 'ArrowUp') focusOn(line.above)
    else if (event.key === 'Home') focusOn(0)
    else if (event.key === 'End') focusOn(cells.length - 1)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  let live = 0
  return (
    <>
      {/* The cells take the keys; this is what scrolls. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        ref={setScroller}
        className="media-scroll"
        role="group"
        aria-label={`${title}, ${formatCount(cells.length)} media`}
        onKeyDown={onKeyDown}
      >
        <div className="media-canvas" style={{ height: arrangement.height, width: Math.max(arrangement.width, 1) }}>
          {arrangement.columns.length > 0 && (
            <div className="media-cols">
              {arrangement.columns.map(column =>
                column.left + cellWidth > seen.left - MARGIN_PX && column.left < seen.left + seen.width + MARGIN_PX ? (
                  <span key={column.text} style={{ left: column.left, width: cellWidth }}>
                    {column.text}
                  </span>
                ) : null,
              )}
            </div>
          )}
          {arrangement.heads.map(head => {
            if (!(head.top > seen.top - MARGIN_PX * 4 && head.top < seen.top + seen.height + MARGIN_PX)) return null
            const run = byId.get(head.run)
            return (
              <div
                key={`${head.run} ${head.note} ${head.top}`}
                className="media-head"
                style={{ top: head.top, height: head.height }}
              >
                <span>
                  <i style={{ background: colourOfRun(run) }} />
                  <b className="cut">{run?.name ?? head.run}</b>
                  {head.step >= 0 && <span className="t3">step {formatCount(head.step)}</span>}
                  {head.note && <span className="t3">{head.note}</span>}
                </span>
              </div>
            )
          })}
          {shown.map(placed => {
            const { value } = placed.cell
            const isHeavy = value !== null && HEAVY.has(value.type)
            if (isHeavy) live++
            return (
              <MediaCell
                key={placed.cell.id}
                placed={placed}
                width={cellWidth}
                height={cellHeight}
                hasCaption={hasCaptions}
                hasKey={keys.length > 1 && by === 'key'}
                runName={byId.get(placed.cell.run)?.name ?? placed.cell.run}
                runColour={isFlat ? colourOfRun(byId.get(placed.cell.run)) : ''}
                overlays={overlays}
                isPixelated={isPixelated}
                isLive={!isHeavy || live <= LIVE_MAX}
                isCurrent={placed.cell.id === current}
                onFocus={setCursor}
                onOpen={onOpen}
              />
            )
          })}
        </div>
      </div>
    </>
  )
}

const colourOfRun = (run: DrawnRun | undefined): string =>
  `var(${run?.style?.colour ?? runStyle(run?.ordinal ?? 0).colour})`

/** The cells above and below: of the nearest other top, the one nearest in left. */
function lineOf(cells: readonly PlacedCell[], at: number): { above: number; below: number } {
  const here = cells[at]
  if (!here) return { above: at, below: at }
  const nearest = (from: number, by: 1 | -1): number => {
    let [best, top] = [at, null as number | null]
    for (let i = from; i >= 0 && i < cells.length; i += by) {
      const cell = cells[i] as PlacedCell
      if (cell.top === here.top) continue
      if (top === null) {
        top = cell.top
        best = i
      } else if (cell.top !== top) break
      if (Math.abs(cell.left - here.left) <= Math.abs((cells[best] as PlacedCell).left - here.left)) best = i
    }
    return best
  }
  return { above: nearest(at - 1, -1), below: nearest(at + 1, 1) }
}

/** As the panel says; else so that few media fill the panel and many stay small. */
function sizeOf(
  given: number,
  seen: Window,
  isFull: boolean,
  count: number,
  aspect: number,
  groupCount: number,
): { width: number; height: number } {
  if (given > 0) return { width: Math.round(given * aspect), height: given }
  const usual = isFull ? CELL_LARGE_PX : CELL_PX
  let height = usual
  if (count > 0 && count <= 12 && seen.width > 0 && seen.height > 0) {
    // The largest at which all are in sight.
    for (let rows = 1; rows <= count; rows++) {
      const across = Math.ceil(count / rows)
      const lines = Math.max(rows, groupCount)
      const room = (seen.height - (groupCount > 1 ? 26 * groupCount : 0)) / lines - 30
      height = Math.max(height, Math.min(room, ((seen.width - GAP_PX * (across - 1)) / across - 1) / aspect, 480))
    }
  }
  const width = Math.max(56, Math.min(Math.round(height * aspect), Math.max(120, seen.width)))
  return { width, height: Math.round(Math.min(height, width / aspect)) }
}

function useWindow(element: HTMLElement | null): Window {
  const [window, setWindow] = useState<Window>({ left: 0, top: 0, width: 0, height: 0 })
  useEffect(() => {
    if (!element) return
    const read = (): void => {
      const next = {
        left: Math.floor(element.scrollLeft / GRAIN_PX) * GRAIN_PX,
        top: Math.floor(element.scrollTop / GRAIN_PX) * GRAIN_PX,
        width: element.clientWidth,
        height: element.clientHeight,
      }
      setWindow(before =>
        before.left === next.left &&
        before.top === next.top &&
        before.width === next.width &&
        before.height === next.height
          ? before
          : next,
      )
    }
    // It speaks at once, with the size it has.
    const observer = new ResizeObserver(read)
    observer.observe(element)
    element.addEventListener('scroll', read, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', read)
    }
  }, [element])
  return window
}

interface CellProps {
  placed: PlacedCell
  width: number
  height: number
  hasCaption: boolean
  hasKey: boolean
  runName: string
  /** Given: the run is named below its medium. */
  runColour: string
  overlays: Overlays
  isPixelated: boolean
  isLive: boolean
  isCurrent: boolean
  onFocus: (id: string) => void
  onOpen: (cell: Cell) => void
}

const MediaCell = memo(function MediaCell(props: CellProps) {
  const { placed, width, height, hasCaption, hasKey, runName, runColour, overlays, isPixelated, isLive, isCurrent } =
    props
  const { onFocus, onOpen } = props
  const { cell, left, top } = placed
  const { value, key, index, count, step, fault } = cell
  const place = count > 1 ? `, ${index + 1} of ${count}` : ''
  const name = `${value?.caption || key}${place}, ${runName}, step ${formatCount(step)}`
  const isButton = value === null || !hasControls(value)
  const open = {
    tabIndex: isCurrent ? 0 : -1,
    'data-cell': cell.id,
    'data-keys': '',
    onFocus: () => onFocus(cell.id),
    onClick: () => onOpen(cell),
  }
  const body =
    value === null && fault ? (
      <span className="im-missing" title={fault}>
        Not readable
        <span className="vh">: {fault}</span>
      </span>
    ) : value === null ? (
      <span className="skel media-wait" />
    ) : isLive ? (
      <MediaBody {...{ value, name, width, height, overlays, isPixelated }} />
    ) : (
      <span className="im-missing">{MEDIA_NAMES[value.type]}</span>
    )
  return (
    <div className={cx('media-cell', value?.type)} style={{ left, top, width }}>
      {isButton ? (
        <button type="button" className="media-body" aria-label={`Open ${name}`} style={{ height }} {...open}>
          {body}
        </button>
      ) : (
        <div className="media-body" style={{ height }}>
          {body}
          <IconButton small className="media-open" icon="expand" label={`Open ${name}`} {...open} />
        </div>
      )}
      {hasCaption && (
        <div className="media-cap cut" title={value?.caption || key}>
          {runColour && <i className="run-sq" style={{ background: runColour }} />}
          {runColour && <b>{runName}</b>}
          {hasKey && <b>{key}</b>}
          {value?.caption}
        </div>
      )}
    </div>
  )
})
