/** How far the axes of a line panel reach, and how much of the data lies beyond. Pure. */

import type { LineSeries, Range } from '../../charts/model'
import { type ScaleKind, scaleOf } from '../../charts/lineScales'
import { finiteCount, type SeriesData } from '../../data/series'
import type { OpenRange } from '../schema'

export interface Fitted {
  data: SeriesData
  series: LineSeries
}

export interface Fit {
  range: Range
  /** Buckets or points that a logarithmic axis has no place for. */
  leftOut: number
  /** Points that lie beyond the range; where buckets are fused, at least so many. */
  hidden: number
  isHiddenExact: boolean
}

export interface FitWish {
  /** The stretch of x that is looked at. */
  x: Range
  scale: ScaleKind
  /** Percentiles between which y is fitted; [0, 100]: everything. */
  outliers: readonly [number, number]
  manual: OpenRange
}

export function rangeOfX(all: readonly SeriesData[], isLog: boolean): Range {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const { x, rows } of all) {
    if (rows === 0) continue
    let first = x[0] as number
    if (isLog && first <= 0) {
      let i = 0
      while (i < rows && (x[i] as number) <= 0) i++
      if (i === rows) continue
      first = x[i] as number
    }
    low = Math.min(low, first)
    high = Math.max(high, x[rows - 1] as number)
  }
  if (low > high) return isLog ? [1, 10] : [0, 1]
  // One point stands in the middle, also where 1 is lost beside it.
  if (low === high) {
    const room = Math.max(1, Math.abs(low) * 1e-12)
    return isLog ? [low / 2, high * 2] : [low - room, high + room]
  }
  return [low, high]
}

/** [from, to) with what is open filled from `whole`. */
export function closed(window: OpenRange, whole: Range): Range {
  const low = window[0] ?? whole[0]
  const high = window[1] ?? whole[1]
  return low < high ? [low, high] : whole
}

export function fitY(lines: readonly Fitted[], wish: FitWish): Fit {
  const isLog = wish.scale === 'log'
  const extremes = extent(lines, wish.x, isLog)
  let { low, high } = extremes
  const [from, to] = wish.outliers
  const isCut = from > 0 || to < 100
  if (isCut && low <= high) {
    const cut = percentiles(lines, wish.x, isLog, from, to)
    if (cut) [low, high] = cut
  }
  let range: Range = low > high ? (isLog ? [0.1, 1] : [0, 1]) : padded(low, high, wish.scale)
  const [least, most] = wish.manual
  if (least !== null || most !== null) {
    const wanted: Range = [least ?? range[0], most ?? range[1]]
    if (wanted[0] < wanted[1] && (!isLog || wanted[0] > 0)) range = wanted
  }
  const isBounded = isCut || least !== null || most !== null
  const beyond = isBounded ? countBeyond(lines, wish.x, range, isLog) : { count: 0, isExact: true }
  return { range, leftOut: extremes.leftOut, hidden: beyond.count, isHiddenExact: beyond.isExact }
}

function extent(
  lines: readonly Fitted[],
  [xLow, xHigh]: Range,
  isLog: boolean,
): { low: number; high: number; leftOut: number } {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  let leftOut = 0
  for (const { data } of lines) {
    const { x, min, max, mean, rows } = data
    for (let i = 0; i < rows; i++) {
      const at = x[i] as number
      if (at < xLow || at > xHigh || finiteCount(data, i) <= 0) continue
      const least = min[i] as number
      const most = max[i] as number
      if (isLog && least <= 0) {
        leftOut++
        if (most > 0) low = Math.min(low, Math.max(mean[i] as number, most * 1e-3))
      } else if (least < low) low = least
      if ((!isLog || most > 0) && most > high) high = most
    }
  }
  return { low, high, leftOut }
}

/** Of the lines as drawn: one value a row, each as heavy as the other. */
function percentiles(
  lines: readonly Fitted[],
  [xLow, xHigh]: Range,
  isLog: boolean,
  from: number,
  to: number,
): [number, number] | null {
  const size = lines.reduce((sum, { data }) => sum + data.rows, 0)
  const values = new Float64Array(size)
  let n = 0
  for (const { series } of lines) {
    const { x, y } = series
    for (let i = 0; i < x.length; i++) {
      const value = y[i] as number
      if ((x[i] as number) < xLow || (x[i] as number) > xHigh || !Number.isFinite(value) || (isLog && value <= 0))
        continue
      values[n++] = value
    }
  }
  if (n === 0) return null
  const sorted = values.subarray(0, n).sort()
  const at = (percent: number): number =>
    sorted[Math.max(0, Math.min(n - 1, Math.round((percent / 100) * (n - 1))))] as number
  const [low, high] = [at(from), at(to)]
  return low < high ? [low, high] : null
}

function countBeyond(
  lines: readonly Fitted[],
  [xLow, xHigh]: Range,
  [low, high]: Range,
  isLog: boolean,
): { count: number; isExact: boolean } {
  let count = 0
  let isExact = true
  for (const { data } of lines) {
    const { x, min, max, rows } = data
    for (let i = 0; i < rows; i++) {
      const at = x[i] as number
      if (at < xLow || at > xHigh) continue
      const least = min[i] as number
      const most = max[i] as number
      const isBelow = least < low && !(isLog && least <= 0)
      if (!isBelow && !(most > high)) continue
      const points = finiteCount(data, i)
      if (points > 1 && !(most < low || least > high)) {
        // Some of the bucket's points lie inside: its extremes are all that is known to be out.
        count += Number(isBelow) + Number(most > high)
        isExact = false
      } else count += points
    }
  }
  return { count, isExact }
}

function padded(low: number, high: number, scale: ScaleKind): Range {
  if (scale === 'log') {
    const pad = Math.max(0.02, Math.log10(high / low) * 0.04)
    return [low / 10 ** pad, high * 10 ** pad]
  }
  if (scale === 'symlog') {
    const { to, from } = scaleOf('symlog', [low, high])
    const pad = Math.max((to(high) - to(low)) * 0.04, 0.05)
    return [low >= 0 ? 0 : from(to(low) - pad), high <= 0 ? 0 : from(to(high) + pad)]
  }
  // A value that never changes stands in the middle of its own size: a learning rate of 1e-4 is not 0.
  const size = Math.abs(high)
  const pad = high > low ? (high - low) * 0.05 : size > 0 && size < 0.5 ? size / 2 : Math.max(size * 0.1, 0.5)
  // A quantity that is never negative is not drawn as if it could be.
  return [
    low >= 0 && low - pad < 0 ? 0 : Math.max(-Number.MAX_VALUE, low - pad),
    Math.min(Number.MAX_VALUE, high + pad),
  ]
}

/** The same part of `other` as `zoom` is of `whole`: a second axis follows the first. */
export function samePart(zoom: Range, whole: Range, scale: ScaleKind, other: Range, otherScale: ScaleKind): Range {
  const one = scaleOf(scale, whole)
  const two = scaleOf(otherScale, other)
  const [low, high] = [one.to(whole[0]), one.to(whole[1])]
  const place = (value: number): number => {
    const part = (one.to(value) - low) / (high - low || 1)
    return two.from(two.to(other[0]) + part * (two.to(other[1]) - two.to(other[0])))
  }
  const range: Range = [place(zoom[0]), place(zoom[1])]
  return range.every(Number.isFinite) && range[0] < range[1] ? range : other
}
