/**
 * From series to a picture's model: order, ranges, smoothing, what stands out, what to say about it. Pure, and the only place
 * that decides; the chart draws what it is told.
 */

import type { LineModel, LineSeries, OddPoint, Range, Values } from '../../charts/model'
import { formatAbout, formatValue } from '../../charts/number'
import { runStyle } from '../../charts/palette'
import { ema } from '../../charts/smooth'
import { formatX } from '../../charts/ticks'
import type { Axis } from '../../data/metricStore'
import { finiteCount, type SeriesData } from '../../data/series'
import { axisKind, axisTitle, type DrawnRun } from '../context'

export interface LineInput {
  title: string
  axis: Axis
  runs: readonly DrawnRun[]
  dataOf: (run: string) => SeriesData | null
  smoothing: number
  isLog: boolean
  /** [from, to) on x; null: everything there is. */
  window: Range | null
  /** Wide enough for names at the lines' ends. */
  hasRoom: boolean
}

/** What the picture is made of: a short text, and the sentence behind it. */
export interface Pill {
  text: string
  hint: string
}

export interface Prepared {
  model: LineModel
  pills: Pill[]
  /** What a screen reader says instead of the picture. */
  summary: string
  rows: TableRow[]
}

/** A line of the table behind the picture. */
export interface TableRow {
  run: string
  name: string
  colour: string
  last: number
  lastX: number
  min: number
  max: number
  pointCount: number
  oddCount: number
}

const END_LABELS_MAX = 5
/** A row stands out when its extremes are so many times as far apart as usual in its line. */
const SPIKE_TIMES = 6
const SPIKES_MAX = 0.04
const SAMPLE = 64

export function prepareLines(input: LineInput): Prepared {
  const { axis, runs, smoothing, isLog, window } = input
  const found: { run: DrawnRun; data: SeriesData; series: LineSeries }[] = []
  for (const run of runs) {
    const data = input.dataOf(run.id)
    if (data && data.rows > 0) found.push({ run, data, series: lineOf(run, data, smoothing) })
  }
  const x = window ?? rangeOfX(found.map(({ data }) => data))
  const y = rangeOfY(found, x, isLog)
  const kind = axisKind(axis)
  const hasEndLabels = input.hasRoom && found.length > 1 && found.length <= END_LABELS_MAX
  const model: LineModel = {
    axis: kind,
    xTitle: axisTitle(axis),
    yTitle: input.title,
    x,
    y: y.range,
    isLog,
    hasEndLabels,
    series: found.map(({ series }) => series),
  }
  const rows = found.map(({ run, data, series }) => tableRow(run, data, series))
  return { model, pills: pillsOf(input, found, y.leftOut), summary: summaryOf(input, rows), rows }
}

// ---- lines

interface Drawable {
  smoothing: number
  y: Values
  raw: Values | null
  spikes: number[]
  odd: OddPoint[]
}

/** Smoothing and searching again for every frame would cost more than drawing; a series that changed is another object. */
const drawables = new WeakMap<SeriesData, Drawable>()

function lineOf(run: DrawnRun, data: SeriesData, smoothing: number): LineSeries {
  let made = drawables.get(data)
  if (!made || made.smoothing !== smoothing) {
    const y = ema(data.mean, smoothing)
    made = {
      smoothing,
      y,
      raw: y === data.mean ? null : data.mean,
      spikes: made?.spikes ?? spikesOf(data),
      odd: made?.odd ?? oddOf(data),
    }
    drawables.set(data, made)
  }
  const { colour, dash } = runStyle(run.ordinal)
  const isRaw = data.isRaw
  return {
    id: run.id,
    label: run.name,
    colour,
    dash,
    x: data.x,
    y: made.y,
    raw: made.raw,
    low: isRaw ? null : data.min,
    high: isRaw ? null : data.max,
    count: data.count,
    spikes: made.spikes,
    odd: made.odd,
    isLive: run.isLive,
  }
}

/** Rows whose extremes are far wider apart than is usual in the series. None in a raw one: there the line itself shows them. */
export function spikesOf(data: SeriesData): number[] {
  if (data.isRaw || data.rows === 0) return []
  const extent = (i: number): number => (data.max[i] as number) - (data.min[i] as number)
  const stride = Math.max(1, Math.floor(data.rows / SAMPLE))
  const sample: number[] = []
  for (let i = 0; i < data.rows; i += stride) if (Number.isFinite(extent(i))) sample.push(extent(i))
  sample.sort((a, b) => a - b)
  const usual = sample[Math.floor(sample.length / 2)] ?? 0
  const found: number[] = []
  for (let i = 0; i < data.rows; i++) if (extent(i) > SPIKE_TIMES * usual) found.push(i)
  const most = Math.max(8, Math.ceil(data.rows * SPIKES_MAX))
  if (found.length <= most) return found
  return found
    .toSorted((a, b) => extent(b) - extent(a))
    .slice(0, most)
    .toSorted((a, b) => a - b)
}

function oddOf(data: SeriesData): OddPoint[] {
  const found: OddPoint[] = []
  for (let i = 0; i < data.rows; i++) {
    const x = data.x[i] as number
    if (data.nan[i]) found.push({ x, kind: 'nan' })
    if (data.posinf[i]) found.push({ x, kind: 'posinf' })
    if (data.neginf[i]) found.push({ x, kind: 'neginf' })
  }
  return found
}

// ---- ranges

function rangeOfX(all: readonly SeriesData[]): Range {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const { x, rows } of all) {
    low = Math.min(low, x[0] as number)
    high = Math.max(high, x[rows - 1] as number)
  }
  if (low > high) return [0, 1]
  // One point stands in the middle.
  return low === high ? [low - 1, high + 1] : [low, high]
}

function rangeOfY(
  found: readonly { data: SeriesData; series: LineSeries }[],
  [xLow, xHigh]: Range,
  isLog: boolean,
): { range: Range; leftOut: number } {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  let leftOut = 0
  for (const { data } of found) {
    for (let i = 0; i < data.rows; i++) {
      const x = data.x[i] as number
      if (x < xLow || x > xHigh || finiteCount(data, i) <= 0) continue
      const least = data.min[i] as number
      const most = data.max[i] as number
      if (isLog && least <= 0) leftOut++
      if (!isLog || least > 0) low = Math.min(low, least)
      else if (most > 0) low = Math.min(low, Math.max(data.mean[i] as number, most * 1e-3))
      if (!isLog || most > 0) high = Math.max(high, most)
    }
  }
  if (low > high) return { range: isLog ? [0.1, 1] : [0, 1], leftOut }
  if (isLog) {
    const pad = Math.max(0.02, Math.log10(high / low) * 0.04)
    return { range: [low / 10 ** pad, high * 10 ** pad], leftOut }
  }
  const pad = high > low ? (high - low) * 0.05 : Math.max(Math.abs(high) * 0.1, 0.5)
  // A quantity that is never negative is not drawn as if it could be.
  return { range: [low >= 0 && low - pad < 0 ? 0 : low - pad, high + pad], leftOut }
}

// ---- words

function pillsOf(input: LineInput, found: readonly { data: SeriesData }[], leftOut: number): Pill[] {
  const pills: Pill[] = []
  const fused = found.filter(({ data }) => !data.isRaw)
  if (fused.length > 0) {
    const rows = Math.max(...fused.map(({ data }) => data.rows))
    const points = Math.max(...fused.map(({ data }) => data.pointCount))
    pills.push({
      text: `${formatAbout(rows)} buckets of ${formatAbout(points)}`,
      hint: `The longest line has ${formatAbout(points)} points here. Each bucket keeps its lowest, mean and highest value, so no spike is lost. Drag over a stretch for finer ones.`,
    })
  }
  if (input.smoothing > 0) {
    pills.push({
      text: `smoothed ${input.smoothing.toFixed(2)}`,
      hint: 'An exponential moving average over what is drawn; the values as logged are faint behind it.',
    })
  }
  if (input.isLog) {
    const text = leftOut > 0 ? `log, ${formatAbout(leftOut)} not above 0` : 'log'
    pills.push({
      text,
      hint: leftOut > 0 ? 'A logarithmic axis has no place for zero and below.' : 'The y axis is logarithmic.',
    })
  }
  if (found.length > 0 && found.length < input.runs.length) {
    pills.push({
      text: `${found.length} of ${input.runs.length} runs`,
      hint: `${input.runs.length - found.length} of the drawn runs have no value of this metric${input.window ? ' here' : ''}.`,
    })
  }
  return pills
}

function tableRow(run: DrawnRun, data: SeriesData, series: LineSeries): TableRow {
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  let oddCount = 0
  for (let i = 0; i < data.rows; i++) {
    if (finiteCount(data, i) > 0) {
      min = Math.min(min, data.min[i] as number)
      max = Math.max(max, data.max[i] as number)
    }
    oddCount += (data.nan[i] as number) + (data.posinf[i] as number) + (data.neginf[i] as number)
  }
  return {
    run: run.id,
    name: run.name,
    colour: series.colour,
    last: data.last[data.rows - 1] as number,
    lastX: data.x[data.rows - 1] as number,
    min,
    max,
    pointCount: data.pointCount,
    oddCount,
  }
}

function summaryOf(input: LineInput, rows: readonly TableRow[]): string {
  if (rows.length === 0) return `${input.title}, nothing drawn`
  const at = (row: TableRow): string =>
    `${axisTitle(input.axis).toLowerCase()} ${formatX(axisKind(input.axis), row.lastX)}`
  if (rows.length === 1) {
    const [row] = rows as [TableRow]
    return `${input.title}, one run, ${row.name} at ${formatValue(row.last)}, ${at(row)}`
  }
  const byLast = rows.filter(row => Number.isFinite(row.last)).toSorted((a, b) => b.last - a.last)
  const [first] = byLast
  const last = byLast.at(-1)
  if (!first || !last) return `${input.title}, ${rows.length} runs, no finite value at their ends`
  return `${input.title}, ${rows.length} runs, last values from ${formatValue(last.last)} (${last.name}) to ${formatValue(first.last)} (${first.name}, ${at(first)})`
}
