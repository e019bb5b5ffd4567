/**
 * Where panels stand in a section: 12 columns, rows of 52 px with gaps of 10 px, compacted upwards. Pure; `PanelGrid` draws it and
 * `useGridDrag` asks what a drag would make of it.
 *
 * A section of a person's own keeps the place of each panel (`explicit`). An automatic one flows: its panels have an order and sizes, so
 * that a new metric finds its place without anybody's doing.
 */

import { kindOf, type Panel } from '../../panels/registry'
import type { Layout } from '../../panels/schema'

export const COLUMNS = 12
export const ROW_PX = 52
export const GAP_PX = 10
/** On a phone every panel has the whole width and this height. */
export const STACKED_PX = 270

export interface Placed extends Layout {
  panel: Panel
}

export interface Arrangement {
  placed: readonly Placed[]
  rows: number
}

const MIN_W = 2
const MIN_H = 2
const MAX_H = 24

/** How many panels of usual width stand side by side where a section does not say it. */
export function perRowOf(widthPx: number, columns = 0): number {
  if (columns > 0 && widthPx >= 560) return Math.min(COLUMNS, columns)
  if (widthPx >= 1400) return 4
  if (widthPx >= 860) return 3
  return widthPx >= 560 ? 2 : 1
}

/** The size of a panel that nobody resized. */
export function usualSize(panel: Panel, perRow: number): { w: number; h: number } {
  const { w, h } = kindOf(panel)?.size ?? { w: 4, h: 3 }
  const unit = Math.max(1, Math.floor(COLUMNS / perRow))
  return { w: Math.min(COLUMNS, Math.max(MIN_W, Math.round(w / 4) * unit)), h }
}

export function arrange(panels: readonly Panel[], perRow: number, isFlow: boolean): Arrangement {
  const heights = Array.from({ length: COLUMNS }, () => 0)
  const placed: Placed[] = []
  const put = (panel: Panel, x: number, w: number, h: number): void => {
    const y = Math.max(...heights.slice(x, x + w))
    heights.fill(y + h, x, x + w)
    placed.push({ panel, x, y, w, h })
  }
  const loose: Panel[] = []
  if (isFlow) loose.push(...panels)
  else {
    const fixed: { panel: Panel; layout: Layout }[] = []
    for (const panel of panels) {
      if (panel.layout) fixed.push({ panel, layout: clamp(panel.layout) })
      else loose.push(panel)
    }
    fixed.sort((a, b) => a.layout.y - b.layout.y || a.layout.x - b.layout.x)
    for (const { panel, layout } of fixed) put(panel, layout.x, layout.w, layout.h)
  }
  for (const panel of loose) {
    const usual = usualSize(panel, perRow)
    const w = Math.min(COLUMNS, isFlow ? (panel.layout?.w ?? usual.w) : usual.w) || usual.w
    const h = (isFlow ? panel.layout?.h : undefined) ?? usual.h
    put(panel, firstFit(heights, w), w, h)
  }
  return { placed, rows: Math.max(0, ...heights) }
}

/** The leftmost of the highest places that are wide enough. */
function firstFit(heights: readonly number[], w: number): number {
  let [best, bestY] = [0, Number.POSITIVE_INFINITY]
  for (let x = 0; x + w <= COLUMNS; x++) {
    const y = Math.max(...heights.slice(x, x + w))
    if (y < bestY) [best, bestY] = [x, y]
  }
  return best
}

function clamp({ x, y, w, h }: Layout): Layout {
  const width = Math.max(1, Math.min(COLUMNS, w))
  return { x: Math.max(0, Math.min(COLUMNS - width, x)), y: Math.max(0, y), w: width, h: Math.max(1, h) }
}

/** `layout` within the grid and no smaller than a panel can be read at. */
export function bounded(layout: Layout): Layout {
  const { x, y, w, h } = clamp({ ...layout, w: Math.max(MIN_W, layout.w), h: Math.max(MIN_H, layout.h) })
  return { x, y, w, h: Math.min(MAX_H, h) }
}

const at = (panel: Panel, layout: Layout): Panel => Object.assign({}, panel, { layout })

/** What becomes of the section when panel `id` takes `target`: the panel has priority there, the others make way. */
export function moved(
  arrangement: Arrangement,
  id: string,
  target: Layout,
  perRow: number,
  isFlow: boolean,
): Arrangement {
  const { placed } = arrangement
  const own = placed.find(item => item.panel.id === id)
  if (!own) return arrangement
  const place = bounded(target)
  const others = placed.filter(item => item !== own)
  const isResized = place.w !== own.w || place.h !== own.h
  if (isFlow) {
    const panel = isResized ? { ...own.panel, layout: place } : own.panel
    const at = isResized ? placed.indexOf(own) : nearest(placed, place)
    const panels = others.map(item => item.panel)
    return arrange(panels.toSpliced(at, 0, panel), perRow, true)
  }
  const items = [...others, { panel: own.panel, ...place }].toSorted(
    (a, b) => a.y - (a.panel.id === id ? 0.5 : 0) - (b.y - (b.panel.id === id ? 0.5 : 0)) || a.x - b.x,
  )
  return arrange(
    items.map(({ panel, x, w, h }, i) => at(panel, { x, y: i, w, h })),
    perRow,
    false,
  )
}

/** The number in reading order of the place that is nearest. */
function nearest(placed: readonly Placed[], { x, y }: Layout): number {
  let [best, least] = [0, Number.POSITIVE_INFINITY]
  for (const [i, item] of placed.entries()) {
    const distance = (item.x - x) ** 2 + (item.y - y) ** 2
    if (distance < least) [best, least] = [i, distance]
  }
  return best
}

/** One step of the keyboard: a column or a row in a direction; moves pass a whole neighbour in a section that flows. */
export function stepped(
  arrangement: Arrangement,
  id: string,
  [dx, dy]: readonly [number, number],
  isResize: boolean,
  perRow: number,
  isFlow: boolean,
): Arrangement {
  const own = arrangement.placed.find(item => item.panel.id === id)
  if (!own) return arrangement
  const { x, y, w, h } = own
  if (isResize) return moved(arrangement, id, { x, y, w: Math.min(COLUMNS - x, w + dx), h: h + dy }, perRow, isFlow)
  if (!isFlow) {
    // Down by its own height would find the same place again: past the neighbour below.
    const below = arrangement.placed.filter(other => other.y >= y + h && other.x < x + w && other.x + other.w > x)
    const next = below.length > 0 ? Math.min(...below.map(other => other.y + other.h)) : y + 1
    const above = arrangement.placed.filter(other => other.y + other.h <= y && other.x < x + w && other.x + other.w > x)
    const before = above.length > 0 ? Math.max(...above.map(other => other.y)) : y
    return moved(arrangement, id, { x: x + dx, y: dy > 0 ? next - h + 1 : dy < 0 ? before : y, w, h }, perRow, false)
  }
  const order = arrangement.placed.map(item => item.panel)
  const at = order.findIndex(panel => panel.id === id)
  const by = dx !== 0 ? dx : dy * Math.max(1, Math.floor(COLUMNS / w))
  const to = Math.max(0, Math.min(order.length - 1, at + by))
  return arrange(order.toSpliced(at, 1).toSpliced(to, 0, own.panel), perRow, true)
}

// ---- pixels

export const heightPx = (rows: number): number => (rows > 0 ? rows * (ROW_PX + GAP_PX) - GAP_PX : 0)
export const topPx = (y: number): number => y * (ROW_PX + GAP_PX)

/** Left edge and width as CSS lengths, so that a resized window needs no script. */
export function acrossCss({ x, w }: Pick<Layout, 'x' | 'w'>): { left: string; width: string } {
  return {
    left: `calc((100% + ${GAP_PX}px) * ${x} / ${COLUMNS})`,
    width: `calc((100% + ${GAP_PX}px) * ${w} / ${COLUMNS} - ${GAP_PX}px)`,
  }
}

/** The place whose left top corner is nearest to these pixels in a section of that width. */
export function placeAt(leftPx: number, fromTopPx: number, widthPx: number): { x: number; y: number } {
  const column = (widthPx + GAP_PX) / COLUMNS
  return { x: Math.round(leftPx / column), y: Math.round(fromTopPx / (ROW_PX + GAP_PX)) }
}
