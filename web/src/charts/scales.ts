/** From values to places and back, for axes of any panel over runs: linear, logarithmic, symlog and categories. */

import { scaleSymlog } from 'd3-scale'
import { formatTick } from './number'
import { finite, quantile } from './statistics'
import { linearTicks, logTicks } from './ticks'

export type ScaleKind = 'linear' | 'log' | 'symlog'

export interface AxisTick {
  at: number
  text: string
}

/** One number axis: `place` is 0 at `low` and 1 at `high`, whatever the scale. */
export interface NumberAxis {
  kind: ScaleKind
  low: number
  high: number
  place: (value: number) => number
  value: (place: number) => number
}

/** Lowest and highest finite value; of those above 0 where `isLog`. Null: there is none. */
export function extent(numbers: ArrayLike<number>, isLog = false): [number, number] | null {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i] as number
    if (!Number.isFinite(value) || (isLog && value <= 0)) continue
    if (value < low) low = value
    if (value > high) high = value
  }
  return low <= high ? [low, high] : null
}

/** Room around one value, so that it has a place in the middle. */
export function opened([low, high]: readonly [number, number], kind: ScaleKind = 'linear'): [number, number] {
  if (low < high) return [low, high]
  if (kind === 'log') return [low / 2, high * 2]
  const room = Math.abs(low) * 0.1 || 1
  return [low - room, high + room]
}

/** `part` of the span more on either side. */
export function padded([low, high]: readonly [number, number], kind: ScaleKind, part = 0.05): [number, number] {
  const axis = numberAxis(kind, low, high)
  return [axis.value(-part), axis.value(1 + part)]
}

export function numberAxis(kind: ScaleKind, low: number, high: number): NumberAxis {
  if (kind === 'log' && low > 0) {
    const [a, b] = [Math.log(low), Math.log(high)]
    const span = b - a || 1
    return {
      kind,
      low,
      high,
      place: value => (value > 0 ? (Math.log(value) - a) / span : Number.NaN),
      value: place => Math.exp(a + place * span),
    }
  }
  if (kind === 'symlog') {
    // The straight stretch around 0 is a thousandth of the largest value.
    const scale = scaleSymlog()
      .constant(Math.max(Math.abs(low), Math.abs(high)) / 1000 || 1)
      .domain([low, high])
    return { kind, low, high, place: value => scale(value), value: place => scale.invert(place) }
  }
  const span = high - low || 1
  return { kind: 'linear', low, high, place: value => (value - low) / span, value: place => low + place * span }
}

export function axisTicks(axis: NumberAxis, count: number): AxisTick[] {
  const { kind, low, high } = axis
  if (kind === 'log') return logTicks(low, high, count).map(at => ({ at, text: formatTick(at) }))
  if (kind === 'symlog') {
    const largest = Math.max(Math.abs(low), Math.abs(high))
    const powers = logTicks(largest / 1000, largest * 1.000001, Math.max(2, Math.floor(count / 2)))
    return [...powers.map(v => -v).reverse(), 0, ...powers]
      .filter(at => at >= low && at <= high)
      .map(at => ({ at, text: formatTick(at) }))
  }
  const { at, step } = linearTicks(low, high, count)
  return at.map(value => ({ at: value, text: formatTick(value, step) }))
}

const SPREAD_TIMES = 20

/**
 * Whether positive `numbers` spread over so many powers of ten that only a logarithm tells them apart. Their outer tenths do not
 * count: one small value among even ones is no reason.
 */
export function isSpread(numbers: ArrayLike<number>): boolean {
  const range = extent(numbers)
  if (range === null || range[0] <= 0) return false
  const sorted = finite(numbers)
  return quantile(sorted, 0.9) / quantile(sorted, 0.1) >= SPREAD_TIMES
}
