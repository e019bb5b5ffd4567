/** Lines as shares of their sum, one on the other. Pure. */

import type { LineSeries } from '../../charts/model'

/** Places of x in one stack at most: two a pixel. */
const PLACES_MAX = 4000

/**
 * `series` stacked to 100 at every x: each keeps its value until its next row, counts from its first row to its last, and tells
 * its own value. Values below zero have no share and count as zero.
 */
export function stacked(series: readonly LineSeries[]): LineSeries[] {
  const x = sharedX(series)
  const held = series.map(line => heldAt(line, x))
  const sum = new Float64Array(x.length)
  for (const values of held) for (let i = 0; i < x.length; i++) sum[i] = (sum[i] as number) + share(values[i] as number)
  const below = new Float64Array(x.length)
  return series.map((line, k) => {
    const values = held[k] as Float64Array
    const y = new Float64Array(x.length)
    const base = new Float64Array(x.length)
    for (let i = 0; i < x.length; i++) {
      const total = sum[i] as number
      const from = below[i] as number
      base[i] = from
      const part = total > 0 ? (share(values[i] as number) / total) * 100 : 0
      y[i] = Number.isNaN(values[i]) && part === 0 ? Number.NaN : from + part
      below[i] = from + part
    }
    const count = new Uint32Array(x.length).fill(1)
    return {
      ...line,
      x,
      y,
      base,
      told: values,
      raw: null,
      low: null,
      high: null,
      spikes: [],
      count,
      draw: 'area' as const,
    }
  })
}

const share = (value: number): number => (value > 0 && Number.isFinite(value) ? value : 0)

function sharedX(series: readonly LineSeries[]): Float64Array {
  const all = new Set<number>()
  for (const { x } of series) for (const at of x) all.add(at)
  const sorted = Float64Array.from(all).sort()
  if (sorted.length <= PLACES_MAX) return sorted
  return Float64Array.from(
    { length: PLACES_MAX },
    (_, i) => sorted[Math.floor((i * (sorted.length - 1)) / (PLACES_MAX - 1))] as number,
  )
}

function heldAt({ x, y }: LineSeries, places: Float64Array): Float64Array {
  const out = new Float64Array(places.length).fill(Number.NaN)
  const last = x.at(-1) ?? Number.NEGATIVE_INFINITY
  let row = -1
  for (let i = 0; i < places.length; i++) {
    const at = places[i] as number
    while (row + 1 < x.length && (x[row + 1] as number) <= at) row++
    if (row >= 0 && at <= last) out[i] = y[row] as number
  }
  return out
}
