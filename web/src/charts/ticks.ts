/** Where ticks stand and what they say, for every kind of axis. */

import { formatCount, formatDuration, formatTick, formatValue } from './number'

/** What an axis counts: steps, seconds since the run began, seconds since the epoch, or any other number. */
export type AxisKind = 'step' | 'relative' | 'time' | 'number'

const FACTORS = [1, 2, 5, 10]
const DURATIONS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
]

/** The smallest round step that gives at most `count` intervals over `span`. */
export function roundStep(span: number, count: number): number {
  if (!(span > 0) || !Number.isFinite(span)) return 1
  const rough = span / Math.max(1, count)
  const power = 10 ** Math.floor(Math.log10(rough))
  const factor = FACTORS.find(f => f * power >= rough * (1 - 1e-9)) ?? 10
  return factor * power
}

/** Multiples of `step` within [low, high]. */
function multiples(low: number, high: number, step: number): number[] {
  const found: number[] = []
  const first = Math.ceil(low / step - 1e-9)
  for (let i = first; i * step <= high + step * 1e-9 && found.length < 200; i++)
    found.push(Number((i * step).toPrecision(15)))
  return found
}

export function linearTicks(low: number, high: number, count: number): { at: number[]; step: number } {
  const step = roundStep(high - low, count)
  return { at: multiples(low, high, step), step }
}

const FEWEST = 3

/**
 * Linear ticks of a value axis, where labels lie above each other and stand closer than along x: with fewer than three nobody
 * reads a height between them, so the next finer round step is taken while it gives at most twice `count`.
 */
export function valueTicks(low: number, high: number, count: number): { at: number[]; step: number } {
  const coarse = linearTicks(low, high, count)
  if (coarse.at.length >= FEWEST || !(high > low)) return coarse
  const fine = linearTicks(low, high, (high - low) / (coarse.step * 0.4))
  return fine.at.length <= Math.max(5, 2 * count) ? fine : coarse
}

/** Powers of ten, with 2 and 5 between them while there are few; inside one decade plain linear ticks. */
export function logTicks(low: number, high: number, count: number): number[] {
  if (!(low > 0) || !(high > low)) return []
  const decades = Math.log10(high / low)
  if (decades < 0.7) return valueTicks(low, high, count).at.filter(v => v > 0)
  const first = Math.floor(Math.log10(low))
  const last = Math.ceil(Math.log10(high))
  for (const factors of [[1, 2, 5], [1, 3], [1]]) {
    const found: number[] = []
    for (let e = first; e <= last; e++) for (const f of factors) found.push(Number((f * 10 ** e).toPrecision(6)))
    const inside = found.filter(v => v >= low * (1 - 1e-9) && v <= high * (1 + 1e-9))
    if (inside.length <= count + 1) return inside
  }
  const stride = Math.ceil((last - first) / count)
  const found: number[] = []
  for (let e = Math.ceil(first / stride) * stride; e <= last; e += stride) found.push(10 ** e)
  return found.filter(v => v >= low && v <= high)
}

/** Seconds that local time is behind UTC at a moment: in a zone with summer time not always the same. */
export type ZoneOf = (seconds: number) => number

const browserZone: ZoneOf = seconds => new Date(seconds * 1000).getTimezoneOffset() * 60

/** Ticks of an x axis. Relative times fall on whole seconds, minutes, hours; wall times on whole local ones. */
export function xTicks(
  kind: AxisKind,
  low: number,
  high: number,
  count: number,
  zoneOf = browserZone,
): { at: number[]; step: number } {
  const span = high - low
  if (kind === 'step') {
    const step = Math.max(1, roundStep(span, count))
    return { at: multiples(low, high, step), step }
  }
  if (kind === 'number' || span < count) return linearTicks(low, high, count)
  const rough = span / count
  const step = DURATIONS.find(d => d >= rough * (1 - 1e-9)) ?? Math.ceil(rough / 604_800) * 604_800
  if (kind === 'relative') return { at: multiples(low, high, step), step }
  return { at: wallTicks(low, high, step, zoneOf), step }
}

const HOUR_S = 3600

/** Whole local times, on both sides of a change of the clocks. Up to an hour its steps are whole on either side by themselves. */
function wallTicks(low: number, high: number, step: number, zoneOf: ZoneOf): number[] {
  const [first, last] = [zoneOf(low), zoneOf(high)]
  if (first === last || step <= HOUR_S) return multiples(low - first, high - first, step).map(local => local + first)
  const local = multiples(low - Math.max(first, last), high - Math.min(first, last), step)
  return local.flatMap(wall => {
    const moment = wall + zoneOf(wall + zoneOf(wall + first))
    // In spring an hour of the clock is left out.
    const isThere = moment - zoneOf(moment) === wall
    return isThere && moment >= low && moment <= high ? [moment] : []
  })
}

const two = (n: number): string => String(n).padStart(2, '0')

function wallTick(seconds: number, step: number): string {
  const date = new Date(Math.round(seconds * 1000))
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}`
  if (step >= 86_400 || (date.getHours() === 0 && date.getMinutes() === 0 && step >= 3600)) {
    return date.toLocaleDateString(undefined, { day: 'numeric', month: 'short' })
  }
  if (step >= 60) return clock
  const digits = Math.max(0, Math.min(3, Math.ceil(-Math.log10(step) - 1e-9)))
  const part = String(date.getMilliseconds()).padStart(3, '0').slice(0, digits)
  return `${clock}:${two(date.getSeconds())}${part && `.${part}`}`
}

function relativeTick(seconds: number, step: number): string {
  if (seconds === 0) return '0'
  const [size, unit] = step >= 86_400 ? [86_400, 'd'] : step >= 3600 ? [3600, 'h'] : step >= 60 ? [60, 'm'] : [1, 's']
  return `${formatTick(seconds / size, step / size)} ${unit}`
}

export function formatXTick(kind: AxisKind, value: number, step: number): string {
  if (kind === 'time') return wallTick(value, step)
  if (kind === 'relative') return relativeTick(value, step)
  return formatTick(value, step)
}

/** An x value in full, as the crosshair's label and the tip's head say it. */
export function formatX(kind: AxisKind, value: number): string {
  if (kind === 'step') return formatCount(value)
  if (kind === 'relative') return formatDuration(value)
  if (kind === 'time') {
    return new Date(value * 1000).toLocaleString(undefined, { dateStyle: 'short', timeStyle: 'medium' })
  }
  return formatValue(value)
}
