/** Linear, logarithmic and symmetric logarithmic scales, as pairs of functions; and where their ticks stand. */

import { logTicks, valueTicks } from './ticks'

export type ScaleKind = 'linear' | 'log' | 'symlog'

export interface Scale {
  kind: ScaleKind
  /** Where a value stands, in units that are spread evenly. NaN where the scale has no place for it. */
  to: (value: number) => number
  from: (place: number) => number
}

const LINEAR: Scale = { kind: 'linear', to: value => value, from: place => place }
const LOG: Scale = {
  kind: 'log',
  to: value => (value > 0 ? Math.log10(value) : Number.NaN),
  from: place => 10 ** place,
}
/** Decades that a symmetric scale spreads on each side of its linear middle. */
const SYMLOG_DECADES = 4

/** Up to this size a symmetric scale over [low, high] is about linear. */
export function symlogUnit(low: number, high: number): number {
  const most = Math.max(Math.abs(low), Math.abs(high))
  return most > 0 && Number.isFinite(most) ? 10 ** (Math.ceil(Math.log10(most)) - SYMLOG_DECADES) : 1
}

export function scaleOf(kind: ScaleKind, [low, high]: readonly [number, number]): Scale {
  if (kind === 'linear') return LINEAR
  if (kind === 'log') return LOG
  const unit = symlogUnit(low, high)
  return {
    kind,
    to: value => Math.sign(value) * Math.log10(1 + Math.abs(value) / unit),
    from: place => Math.sign(place) * (10 ** Math.abs(place) - 1) * unit,
  }
}

/** Ticks of a y axis and, where they stand at even distances, that distance (else 0). */
export function scaleTicks(kind: ScaleKind, low: number, high: number, count: number): { at: number[]; step: number } {
  if (kind === 'log') return { at: logTicks(low, high, count), step: 0 }
  if (kind === 'symlog') return { at: symlogTicks(low, high, count), step: 0 }
  return valueTicks(low, high, count)
}

function symlogTicks(low: number, high: number, count: number): number[] {
  const unit = symlogUnit(low, high)
  const first = Math.round(Math.log10(unit))
  const last = Math.ceil(Math.log10(Math.max(Math.abs(low), Math.abs(high), unit)))
  const sides = low < 0 && high > 0 ? 2 : 1
  const stride = Math.max(1, Math.ceil(((last - first + 1) * sides) / Math.max(2, count)))
  const found: number[] = low <= 0 && high >= 0 ? [0] : []
  for (let power = last; power >= first; power -= stride) {
    for (const value of [10 ** power, -(10 ** power)]) if (value >= low && value <= high) found.push(value)
  }
  if (found.length < 2) return valueTicks(low, high, count).at
  return found.toSorted((a, b) => a - b)
}

/** The stretch that a span becomes when it is widened by `factor` about `centre`, evenly on the scale. */
export function zoomed(
  scale: Scale,
  [low, high]: readonly [number, number],
  centre: number,
  factor: number,
): [number, number] {
  const at = scale.to(centre)
  return [scale.from(at + (scale.to(low) - at) * factor), scale.from(at + (scale.to(high) - at) * factor)]
}

/** The stretch moved by `part` of its own width. */
export function moved(scale: Scale, [low, high]: readonly [number, number], part: number): [number, number] {
  const by = (scale.to(high) - scale.to(low)) * part
  return [scale.from(scale.to(low) + by), scale.from(scale.to(high) + by)]
}
