/** What a line chart is told to draw. Everything is decided before: `panels/line/prepare` makes these, the chart only draws. */

import type { ScaleKind } from './lineScales'
import type { AxisKind } from './ticks'

export type Values = Float64Array
export type Range = readonly [low: number, high: number]
export type Mark = 'none' | 'circle' | 'square' | 'triangle' | 'cross'
export type Draw = 'line' | 'step' | 'points' | 'area'

/** Where something is not a number: on the lower edge, or beyond the upper or lower one. */
export interface OddPoint {
  x: number
  kind: 'nan' | 'posinf' | 'neginf'
}

/** Columns of one length, x ascending. Values that are not finite break the line. */
export interface LineSeries {
  /** Unique in its panel. */
  id: string
  /** Whose it is: what is pointed at in all panels together. A group's lines have its own. */
  run: string
  label: string
  /** A CSS custom property. */
  colour: string
  dash: readonly number[]
  /** 0: the usual. */
  width: number
  mark: Mark
  draw: Draw
  /** Counts on the second y axis. */
  isRight: boolean
  x: Float64Array
  /** The line. */
  y: Values
  /** The values themselves, where the line stands elsewhere: smoothed ones for the tip, shares of a stack. */
  told: Values | null
  /** The lower edge of a stacked area. */
  base: Values | null
  /** The line before smoothing, drawn faintly behind; null: `y` is it. */
  raw: Values | null
  /** Lowest and highest of each row's points, or a group's band; null when every row is one point. */
  low: Values | null
  high: Values | null
  /** `low` and `high` are a group's band: always drawn, and told as such. */
  isGroup: boolean
  /** Points behind each row; in a group the runs at it. */
  count: Uint32Array
  /** Rows whose extremes stand far out of the band of their neighbours: drawn as strokes, so that one step is seen. */
  spikes: readonly number[]
  odd: readonly OddPoint[]
  /** Ends in a head with a halo: more is coming. */
  isLive: boolean
  /** A member behind its group's line: faint, and not told in the tip. */
  isFaint: boolean
}

/** A stretch of x with a name, or a place where both ends are equal. */
export interface ShownRegion {
  id: string
  from: number
  to: number
  name: string
  /** How many there are, behind the name. */
  comments: number
  /** Somebody pointed at it. */
  isMarked: boolean
}

/** Something that happened to a run: a tick at the lower edge. */
export interface Happening {
  x: number
  colour: string
  kind: 'alert' | 'warning' | 'checkpoint' | 'resume' | 'rewind'
  text: string
  /** The page that a click on the tick leads to, within the application. */
  href?: string
}

/** Lines that are too many to be drawn: between which values how many of them lie, over x. */
export interface Density {
  lineCount: number
  x: Float64Array
  /** Outer to inner. */
  bands: readonly { low: Float64Array; high: Float64Array }[]
  middle: Float64Array
}

export interface LineModel {
  axis: AxisKind
  xTitle: string
  yTitle: string
  x: Range
  xScale: ScaleKind
  y: Range
  yScale: ScaleKind
  /** The second y axis; null: there is none. */
  y2: Range | null
  y2Scale: ScaleKind
  hasEndLabels: boolean
  /** When the lowest and highest of buckets are drawn. */
  bounds: 'never' | 'hover' | 'always'
  series: readonly LineSeries[]
  density: Density | null
  regions: readonly ShownRegion[]
  happenings: readonly Happening[]
  /** From here on there is nothing because the connection is lost; null: it is not. */
  staleFrom: number | null
  /** What a row of the tip says of a reading; null: the value alone. */
  tell: ((reading: Reading) => string) | null
}

export const NO_LINES: LineModel = {
  axis: 'step',
  xTitle: 'Step',
  yTitle: '',
  x: [0, 1],
  xScale: 'linear',
  y: [0, 1],
  yScale: 'linear',
  y2: null,
  y2Scale: 'linear',
  hasEndLabels: false,
  bounds: 'always',
  series: [],
  density: null,
  regions: [],
  happenings: [],
  staleFrom: null,
  tell: null,
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
export function rowAt(series: Pick<LineSeries, 'x'>, x: number, reach: number): number {
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
  /** What the line stands for here: not its place in a stack. */
  value: number
  /** Where the line stands. */
  place: number
}

/** Every line's value at `x`, highest first. Lines without one there are left out. */
export function readingsAt(model: LineModel, x: number, reach: number): Reading[] {
  const found: Reading[] = []
  for (const series of model.series) {
    if (series.isFaint) continue
    const row = rowAt(series, x, reach)
    if (row < 0) continue
    const place = series.y[row] as number
    const value = series.told ? (series.told[row] as number) : place
    if (!Number.isNaN(value)) found.push({ series, row, value, place })
  }
  return found.toSorted((a, b) => b.value - a.value)
}

/** At most `most` of `readings`; the line `hovered` comes in even if it would fall off. */
export function shownReadings(readings: readonly Reading[], most: number, hovered: string | null): Reading[] {
  const shown = readings.slice(0, most)
  if (hovered === null || shown.some(reading => reading.series.id === hovered)) return shown
  const other = readings.find(reading => reading.series.id === hovered)
  if (!other) return shown
  // It would fall off: it takes the first place, as the one thing the reader pointed at.
  return [other, ...shown.slice(0, most - 1)]
}
