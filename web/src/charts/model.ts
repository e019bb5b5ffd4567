/** What a line chart is told to draw. Everything is decided before: `panels/line/prepare` makes these, the chart only draws. */

import type { AxisKind } from './ticks'

export type Values = Float32Array | Float64Array
export type Range = readonly [low: number, high: number]

/** Where something is not a number: on the lower edge, or beyond the upper or lower one. */
export interface OddPoint {
  x: number
  kind: 'nan' | 'posinf' | 'neginf'
}

/** Columns of one length, x ascending. Values that are not finite break the line. */
export interface LineSeries {
  id: string
  label: string
  /** A CSS custom property. */
  colour: string
  dash: readonly number[]
  x: Float64Array
  /** The line. */
  y: Values
  /** The line before smoothing, drawn faintly behind; null: `y` is it. */
  raw: Values | null
  /** Lowest and highest of each row's points; null when every row is one point. */
  low: Values | null
  high: Values | null
  /** Points behind each row. */
  count: Uint32Array
  /** Rows whose extremes stand far out of the band of their neighbours: drawn as strokes, so that one step is seen. */
  spikes: readonly number[]
  odd: readonly OddPoint[]
  /** Ends in a head with a halo: more is coming. */
  isLive: boolean
}

export interface LineModel {
  axis: AxisKind
  xTitle: string
  yTitle: string
  x: Range
  y: Range
  isLog: boolean
  hasEndLabels: boolean
  series: readonly LineSeries[]
}

export const NO_LINES: LineModel = {
  axis: 'step',
  xTitle: 'Step',
  yTitle: '',
  x: [0, 1],
  y: [0, 1],
  isLog: false,
  hasEndLabels: false,
  series: [],
}

/** The first position in ascending `x` that is not below `value`; x.length if there is none. */
export function lowerBound(x: Float64Array, value: number): number {
  let low = 0
  let high = x.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((x[middle] as number) < value) low = middle + 1
    else high = middle
  }
  return low
}

/** The row of `series` that stands for `x`: the nearest, or -1 if `x` lies further than `reach` outside its rows. */
export function rowAt(series: LineSeries, x: number, reach: number): number {
  const rows = series.x.length
  if (rows === 0) return -1
  const right = lowerBound(series.x, x)
  if (right === 0) return (series.x[0] as number) - x <= reach ? 0 : -1
  if (right === rows) return x - (series.x[rows - 1] as number) <= reach ? rows - 1 : -1
  const left = right - 1
  return x - (series.x[left] as number) <= (series.x[right] as number) - x ? left : right
}

export interface Reading {
  series: LineSeries
  row: number
  value: number
}

/** Every line's value at `x`, highest first. Lines without one there are left out. */
export function readingsAt(model: LineModel, x: number, reach: number): Reading[] {
  const found: Reading[] = []
  for (const series of model.series) {
    const row = rowAt(series, x, reach)
    if (row < 0) continue
    const value = series.y[row] as number
    if (!Number.isNaN(value)) found.push({ series, row, value })
  }
  return found.toSorted((a, b) => b.value - a.value)
}

/** At most `most` of `readings`; the one of run `hovered` comes in even if it would fall off. */
export function shownReadings(readings: readonly Reading[], most: number, hovered: string | null): Reading[] {
  const shown = readings.slice(0, most)
  if (hovered === null || shown.some(reading => reading.series.id === hovered)) return shown
  const other = readings.find(reading => reading.series.id === hovered)
  if (!other) return shown
  // It would fall off: it takes the first place, as the one thing the reader pointed at.
  return [other, ...shown.slice(0, most - 1)]
}
