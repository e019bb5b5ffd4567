/** What a line panel says of itself: the pills of its head, the sentence for a screen reader, the table behind. Pure. */

import type { Density, LineSeries } from '../../charts/model'
import { formatAbout, formatCount, formatDuration, formatValue } from '../../charts/number'
import { formatX } from '../../charts/ticks'
import { finiteCount, type SeriesData } from '../../data/series'
import { axisKind, axisTitle } from '../context'
import type { SmoothingKind } from '../schema'
import type { Line, LineInput } from './prepare'
import type { Fit } from './ranges'
import { groupsTitle } from './schema'

/** What the picture is made of: a short text, and the sentence behind it. */
export interface Pill {
  text: string
  hint: string
  tone?: 'warn'
}

/** A line of the table behind the picture. */
export interface TableRow {
  id: string
  run: string
  name: string
  colour: string
  last: number
  lastX: number
  /** `lastX` is where a bucket begins: the last point is there or later. */
  isLastLater: boolean
  min: number
  max: number
  pointCount: number
  oddCount: number
}

const SMOOTHING_NAMES: Record<SmoothingKind, string> = {
  none: '',
  time_ema: 'A moving average weighted by distance on x',
  ema: 'An exponential moving average',
  gaussian: 'A Gaussian average',
  mean: 'A running mean',
  median: 'A running median',
  savgol: 'A Savitzky–Golay fit',
}

const METHOD_HINTS: Record<string, string> = {
  envelope: 'Each keeps its lowest, mean and highest value, so no spike is lost. Zoom loads finer ones.',
  mean: 'Each shows its mean alone: single steps that stand out are not in the picture.',
  last: 'Each shows its last value alone: single steps that stand out are not in the picture.',
  lttb: 'The points that keep the shape of the line best; others are not in the picture.',
  every: 'Points at equal distances; others are not in the picture.',
}

interface Facts {
  fits: readonly Fit[]
  densities: readonly Density[]
  runsDrawn: number
}

interface Told {
  line: Line
  data: SeriesData
  series: LineSeries
}

export function pillsOf(input: LineInput, told: readonly Told[], { fits, densities, runsDrawn }: Facts): Pill[] {
  const pills: Pill[] = []
  if (input.staleS !== null) {
    pills.push({
      text: `${formatDuration(Math.max(1, Math.round(input.staleS)))} old`,
      hint: 'The server does not answer. What was drawn stays; training is not affected and catches up by itself.',
      tone: 'warn',
    })
  }
  if (input.groups) {
    pills.push({
      text: groupsTitle(input.groups),
      hint: `Runs with equal ${input.groups.keys.join(' and ')} are one line. How many there are at a place is in the tip. Runs that ended ${input.groups.ended === 'hold' ? 'keep their last value' : 'no longer count'}.`,
    })
  }
  if (input.leftOutRuns > 0) {
    pills.push({
      text: `without ${formatAbout(input.leftOutRuns)} runs`,
      hint: `${formatCount(input.leftOutRuns)} runs of the list take no part in these groups: a question holds 5 000 series. A filter makes them fewer.`,
    })
  }
  if (densities.length > 0) {
    const rest = densities.reduce((sum, { lineCount }) => sum + lineCount, 0)
    pills.push({
      text: `${formatCount(told.length - rest)} lines, ${formatCount(rest)} as density`,
      hint: 'So many lines cannot be told apart. The first of the list are drawn; between which values a half, four fifths and all of the others lie is grey behind them.',
    })
  } else if (!input.groups && runsDrawn > 0 && runsDrawn < input.runCount) {
    pills.push({
      text: `${formatCount(runsDrawn)} of ${formatCount(input.runCount)} runs`,
      hint: `${formatCount(input.runCount - runsDrawn)} of the drawn runs have no value of this metric${input.window ? ' here' : ''}.`,
    })
  }
  if (input.leftOutKeys > 0) {
    pills.push({
      text: `${formatCount(input.keyCount)} of ${formatCount(input.keyCount + input.leftOutKeys)} metrics`,
      hint: 'The pattern finds more metrics than a panel draws. A narrower pattern shows the others.',
    })
  }
  pills.push(...pointPills(input, told))
  if (input.smoothing) {
    const { kind, strength } = input.smoothing
    const isWeight = kind === 'time_ema' || kind === 'ema'
    pills.push({
      text: `smoothed ${isWeight ? strength.toFixed(2) : formatValue(strength)}`,
      hint: `${SMOOTHING_NAMES[kind]} of ${isWeight ? `strength ${strength}` : `${formatValue(strength)} points`}, over every point that was logged${input.isRawBehind ? '; the values as logged are faint behind it' : ''}.`,
    })
  }
  const leftOut = fits.reduce((sum, fit) => sum + fit.leftOut, 0)
  if (input.yScale !== 'linear') {
    pills.push({
      text: leftOut > 0 ? `log, ${formatAbout(leftOut)} not above 0` : input.yScale,
      hint:
        leftOut > 0
          ? 'A logarithmic axis has no place for zero and below. The symmetric one has.'
          : `The y axis is ${input.yScale === 'log' ? 'logarithmic' : 'logarithmic on both sides of zero'}.`,
    })
  }
  const hidden = fits.reduce((sum, fit) => sum + fit.hidden, 0)
  if (hidden > 0) {
    const isExact = fits.every(fit => fit.isHiddenExact)
    const [from, to] = input.outliers
    pills.push({
      text: `${isExact ? '' : '≥ '}${formatAbout(hidden)} hidden`,
      hint: `${isExact ? '' : 'At least '}${formatCount(hidden)} ${hidden === 1 ? 'point lies' : 'points lie'} beyond the y axis: ${from > 0 || to < 100 ? `it is fitted to percentiles ${from} to ${to}` : 'its range is set by hand'}.`,
    })
  }
  return pills
}

function pointPills(input: LineInput, told: readonly Told[]): Pill[] {
  const lines = told.filter(({ line }) => !line.group)
  if (lines.length === 0) return []
  const fused = lines.filter(({ data }) => !data.isRaw)
  const points = Math.max(...lines.map(({ data }) => data.pointCount))
  if (fused.length === 0) {
    // Said where somebody asked for it: elsewhere it goes without saying.
    const isAsked = input.window !== null || input.isFull || input.method !== 'envelope'
    return isAsked
      ? [{ text: `all ${formatAbout(points)} points`, hint: 'Every point that was logged here is in the picture.' }]
      : []
  }
  const rows = Math.max(...fused.map(({ data }) => data.rows))
  const isSampled = input.method === 'lttb' || input.method === 'every'
  const name =
    input.method === 'envelope'
      ? ''
      : input.method === 'every'
        ? ', every k-th'
        : `, ${input.method === 'lttb' ? 'LTTB' : input.method}`
  return [
    {
      text: `${formatAbout(rows)} ${isSampled ? 'points' : 'buckets'} of ${formatAbout(points)}${name}`,
      hint: `The longest line has ${formatAbout(points)} points here, drawn as ${formatCount(rows)}. ${METHOD_HINTS[input.method] ?? ''}`,
    },
  ]
}

/**
 * Where a line ends. A bucket of several points says where it begins; the newest step of all is known beside it, and is the end unless
 * it lies beyond what is in sight.
 */
export function endOf(
  { axis, window }: Pick<LineInput, 'axis' | 'window'>,
  data: SeriesData,
): Pick<TableRow, 'lastX' | 'isLastLater'> {
  const x = data.x[data.rows - 1] as number
  if ((data.count[data.rows - 1] as number) <= 1) return { lastX: x, isLastLater: false }
  const isInSight = axis === 'step' && data.lastStep >= x && (window === null || data.lastStep < window[1])
  return isInSight ? { lastX: data.lastStep, isLastLater: false } : { lastX: x, isLastLater: true }
}

export function rowOf(
  input: Pick<LineInput, 'axis' | 'window'>,
  line: Line,
  data: SeriesData,
  series: LineSeries,
): TableRow {
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  let oddCount = 0
  for (let i = 0; i < data.rows; i++) {
    if (finiteCount(data, i) > 0) {
      if ((data.min[i] as number) < min) min = data.min[i] as number
      if ((data.max[i] as number) > max) max = data.max[i] as number
    }
    oddCount += (data.nan[i] as number) + (data.posinf[i] as number) + (data.neginf[i] as number)
  }
  return {
    id: series.id,
    run: series.run,
    name: series.label,
    colour: series.colour,
    last: (line.group ? data.mean : data.last)[data.rows - 1] as number,
    // A place of groups is a bucket for all of them.
    ...(line.group ? { lastX: data.x[data.rows - 1] as number, isLastLater: false } : endOf(input, data)),
    min,
    max,
    pointCount: line.group ? line.group.runCount : data.pointCount,
    oddCount,
  }
}

export function summaryOf(input: LineInput, rows: readonly TableRow[]): string {
  if (rows.length === 0) return `${input.title}, nothing drawn`
  const noun = input.groups ? 'groups' : input.keyCount > 1 ? 'lines' : 'runs'
  const at = (row: TableRow): string =>
    `${axisTitle(input.axis).toLowerCase()} ${formatX(axisKind(input.axis), row.lastX)}${row.isLastLater ? ' or later' : ''}`
  if (rows.length === 1) {
    const [row] = rows as [TableRow]
    return `${input.title}, one ${noun.slice(0, -1)}, ${row.name} at ${formatValue(row.last)}, ${at(row)}`
  }
  const byLast = rows.filter(row => Number.isFinite(row.last)).toSorted((a, b) => b.last - a.last)
  const [first] = byLast
  const last = byLast.at(-1)
  if (!first || !last) return `${input.title}, ${rows.length} ${noun}, no finite value at their ends`
  return `${input.title}, ${rows.length} ${noun}, last values from ${formatValue(last.last)} (${last.name}) to ${formatValue(first.last)} (${first.name}, ${at(first)})`
}
