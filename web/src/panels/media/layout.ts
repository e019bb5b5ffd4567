/**
 * Where each medium of a panel stands: a row (or several) for each run, columns by key and place in its list, or by step. Pure; only
 * what is in sight is drawn, so that a thousand thumbnails scroll as ten do.
 */

import type { MediaValue } from './values'

/** What one run logged under one key, as far as it is known. */
export interface MediaSeries {
  run: string
  key: string
  /** Ascending; all there are. */
  steps: readonly number[]
  /** Of some of the steps, ascending. */
  items: readonly {
    step: number
    time: number
    values: readonly MediaValue[]
    /** Why there are none: the file of a long list has not arrived, or they make no sense. */
    fault?: string
  }[]
}

export interface Cell {
  /** Unique in the panel. */
  id: string
  run: string
  key: string
  step: number
  /** Place in the list that was logged, of `count`. */
  index: number
  count: number
  /** Null: the run has it, but it is not here yet. */
  value: MediaValue | null
  /** Why it is not. */
  fault?: string
}

export interface PlacedCell {
  cell: Cell
  left: number
  top: number
}

export interface RowHead {
  run: string
  top: number
  height: number
  /** Steps that are shown of it. */
  step: number
  note: string
}

export interface Arrangement {
  heads: readonly RowHead[]
  /** Ascending by top. */
  cells: readonly PlacedCell[]
  /** Above the columns, when they are steps. */
  columns: readonly { left: number; text: string }[]
  width: number
  height: number
  cellWidth: number
  cellHeight: number
}

export const GAP_PX = 8
export const HEAD_PX = 26
export const FOOT_PX = 20
export const COLUMN_PX = 22

export interface Shape {
  widthPx: number
  cellWidth: number
  /** Without the caption below. */
  cellHeight: number
  /** A run's name stands above its cells. */
  hasHeads: boolean
  /** A line for the caption stands below each. */
  hasCaptions: boolean
}

/** The newest step that is not after `step`; null: there is none. `steps` ascend. */
export function stepAt(steps: readonly number[], step: number | null): number | null {
  if (steps.length === 0) return null
  if (step === null) return steps.at(-1) as number
  let [low, high] = [0, steps.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((steps[middle] as number) <= step) low = middle + 1
    else high = middle
  }
  return low === 0 ? null : (steps[low - 1] as number)
}

/** Every step of any of them, ascending. */
export function allSteps(series: readonly MediaSeries[]): number[] {
  const steps = new Set<number>()
  for (const one of series) for (const step of one.steps) steps.add(step)
  return [...steps].toSorted((a, b) => a - b)
}

export function cellsAt(
  series: readonly MediaSeries[],
  run: string,
  keys: readonly string[],
  step: number | null,
): Cell[] {
  return keys.flatMap((key): Cell[] => {
    const one = series.find(found => found.run === run && found.key === key)
    const at = one ? stepAt(one.steps, step) : null
    if (!one || at === null) return []
    const item = one.items.find(found => found.step === at)
    if (!item || item.fault)
      return [{ id: `${run}\n${key}\n${at}\n0`, run, key, step: at, index: 0, count: 1, value: null, ...faultOf(item) }]
    return item.values.map((value, index) => ({
      id: `${run}\n${key}\n${at}\n${index}`,
      run,
      key,
      step: at,
      index,
      count: item.values.length,
      value,
    }))
  })
}

const faultOf = (item: MediaSeries['items'][number] | undefined): { fault?: string } =>
  item?.fault ? { fault: item.fault } : {}

/** Runs below each other; the cells of each flow over as many columns as there is room for. */
export function flow(
  groups: readonly { run: string; cells: readonly Cell[] }[],
  { widthPx, cellWidth, cellHeight, hasHeads, hasCaptions }: Shape,
): Arrangement {
  const columns = Math.max(1, Math.floor((widthPx + GAP_PX) / (cellWidth + GAP_PX)))
  const rowPx = cellHeight + (hasCaptions ? FOOT_PX : 0) + GAP_PX
  const heads: RowHead[] = []
  const cells: PlacedCell[] = []
  let top = 0
  for (const group of groups) {
    if (hasHeads) {
      const steps = new Set(group.cells.map(cell => cell.step))
      const note = group.cells.length === 0 ? 'nothing up to this step' : steps.size > 1 ? 'several steps' : ''
      heads.push({ run: group.run, top, height: HEAD_PX, step: group.cells[0]?.step ?? -1, note })
      top += HEAD_PX
    }
    group.cells.forEach((cell, i) => {
      cells.push({ cell, left: (i % columns) * (cellWidth + GAP_PX), top: top + Math.floor(i / columns) * rowPx })
    })
    top += Math.ceil(group.cells.length / columns) * rowPx
  }
  return { heads, cells, columns: [], width: widthPx, height: top, cellWidth, cellHeight }
}

/** A row for each run and key, a column for each step. */
export function byStep(
  series: readonly MediaSeries[],
  rows: readonly { run: string; key: string }[],
  steps: readonly number[],
  { cellWidth, cellHeight, hasCaptions }: Shape,
  textOf: (step: number) => string,
): Arrangement {
  const rowPx = HEAD_PX + cellHeight + (hasCaptions ? FOOT_PX : 0) + GAP_PX
  const heads: RowHead[] = []
  const cells: PlacedCell[] = []
  const place = new Map(steps.map((step, i) => [step, i]))
  rows.forEach(({ run, key }, row) => {
    const top = COLUMN_PX + row * rowPx
    const one = series.find(found => found.run === run && found.key === key)
    heads.push({ run, top, height: HEAD_PX, step: -1, note: key })
    const items = new Map(one?.items.map(item => [item.step, item]))
    for (const step of one?.steps ?? []) {
      const at = place.get(step)
      if (at === undefined) continue
      const item = items.get(step)
      cells.push({
        left: at * (cellWidth + GAP_PX),
        top: top + HEAD_PX,
        cell: {
          id: `${run}\n${key}\n${step}\n0`,
          run,
          key,
          step,
          index: 0,
          count: item?.values.length ?? 1,
          value: item?.values[0] ?? null,
          ...faultOf(item),
        },
      })
    }
  })
  return {
    heads,
    cells,
    columns: steps.map((step, i) => ({ left: i * (cellWidth + GAP_PX), text: textOf(step) })),
    width: steps.length * (cellWidth + GAP_PX) - GAP_PX,
    height: COLUMN_PX + rows.length * rowPx,
    cellWidth,
    cellHeight,
  }
}

/** The cells that a window shows, with a screen's edge around it. */
export function inSight(
  { cells, cellWidth, cellHeight }: Arrangement,
  window: { left: number; top: number; width: number; height: number },
  marginPx: number,
): PlacedCell[] {
  const [from, to] = [window.top - marginPx, window.top + window.height + marginPx]
  const [left, right] = [window.left - marginPx, window.left + window.width + marginPx]
  let [low, high] = [0, cells.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((cells[middle] as PlacedCell).top + cellHeight < from) low = middle + 1
    else high = middle
  }
  const shown: PlacedCell[] = []
  for (let i = low; i < cells.length; i++) {
    const placed = cells[i] as PlacedCell
    if (placed.top > to) break
    if (placed.left + cellWidth >= left && placed.left <= right) shown.push(placed)
  }
  return shown
}

/** Width over height of most media: what a cell is shaped for. */
export function aspectOf(values: readonly (MediaValue | null)[]): number {
  const ratios = values.flatMap(value => {
    if (value === null) return []
    switch (value.type) {
      case 'image':
      case 'video':
        return value.width > 0 && value.height > 0 ? [value.width / value.height] : [1]
      case 'audio':
      case 'midi':
        return [2.2]
      case 'text':
        return [1.7]
      case 'plotly':
      case 'bokeh':
      case 'html':
      case 'chart':
        return [1.5]
      default:
        return [1.2]
    }
  })
  if (ratios.length === 0) return 1
  const middle = ratios.toSorted((a, b) => a - b)[ratios.length >> 1] as number
  return Math.min(2.4, Math.max(0.6, middle))
}
