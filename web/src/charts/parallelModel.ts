/** What a chart of parallel coordinates is told to draw, and the arithmetic of its curves. Made by `panels/parallel/prepare`. */

import type { AxisTick } from './scales'

/** A place is 0 at the foot of its axis and 1 at its head; NaN: the run has no value there. */
export interface ParallelAxisModel {
  key: string
  title: string
  isCategory: boolean
  isLog: boolean
  isInverted: boolean
  places: Float32Array
  ticks: readonly AxisTick[]
  /** Stretches of places that are brushed, ascending. */
  brushes: readonly (readonly [number, number])[]
  /** Categories that are picked, by their place. */
  picked: readonly number[]
  missingCount: number
  /** What stands at a place, in words. */
  textAt: (place: number) => string
}

export interface ParallelModel {
  axes: readonly ParallelAxisModel[]
  count: number
  ids: readonly string[]
  names: readonly string[]
  ordinals: Float64Array
  /** 1: within every brush. */
  inside: Uint8Array
  insideCount: number
  /** 0…1 by the value that colours; NaN: it has none. */
  tones: Float32Array
  /** Rows within the brushes, those to lie on top last. */
  order: Uint32Array
  /** A run's value on an axis, in words. */
  valueText: (axis: number, row: number) => string
}

/** How far a curve's handles reach between two axes. */
export const HANDLE = 0.42

/** `t` of the curve between neighbours where it is `part` of the way across. */
export function curveTime(part: number): number {
  let [low, high] = [0, 1]
  for (let i = 0; i < 24; i++) {
    const t = (low + high) / 2
    const s = 1 - t
    const x = 3 * s * s * t * HANDLE + 3 * s * t * t * (1 - HANDLE) + t * t * t
    if (x < part) low = t
    else high = t
  }
  return (low + high) / 2
}

/** Height of the curve from `a` to `b` at `t`. Its handles are level, so both ends weigh alike. */
export function curveAt(a: number, b: number, t: number): number {
  const s = 1 - t
  const left = s * s * s + 3 * s * s * t
  return a * left + b * (1 - left)
}

/** Which rows meet every brush of every axis. An axis without brushes lets all through; a missing value meets none. */
export function insideOf(
  axes: readonly ParallelAxisModel[],
  count: number,
): { inside: Uint8Array; insideCount: number } {
  const inside = new Uint8Array(count).fill(1)
  for (const { brushes, picked, places } of axes) {
    if (brushes.length === 0 && picked.length === 0) continue
    for (let i = 0; i < count; i++) {
      if (!inside[i]) continue
      const place = places[i] as number
      const isMet =
        brushes.some(([low, high]) => place >= low - 1e-6 && place <= high + 1e-6) ||
        picked.some(one => Math.abs(one - place) < 1e-4)
      if (!isMet) inside[i] = 0
    }
  }
  let insideCount = 0
  for (let i = 0; i < count; i++) insideCount += inside[i] as number
  return { inside, insideCount }
}
