/** Series to order, for tests and budgets. */

import { columns, type SeriesData } from './series'

/** A raw series of `y`, one step apart from `from`, or at `x`. */
export function points(y: readonly number[], options: { from?: number; x?: readonly number[] } = {}): SeriesData {
  const { from = 0, x } = options
  const data = columns(y.length)
  y.forEach((value, i) => {
    const isFinite = Number.isFinite(value)
    data.x[i] = x?.[i] ?? from + i
    data.count[i] = 1
    data.nan[i] = Number.isNaN(value) ? 1 : 0
    data.posinf[i] = value === Number.POSITIVE_INFINITY ? 1 : 0
    data.neginf[i] = value === Number.NEGATIVE_INFINITY ? 1 : 0
    const kept = isFinite ? value : Number.NaN
    for (const name of ['min', 'max', 'mean'] as const) data[name][i] = kept
    for (const name of ['first', 'last'] as const) data[name][i] = value
  })
  const last = data.x[y.length - 1]
  return { ...data, rows: y.length, pointCount: y.length, isRaw: true, lastStep: last ?? -1 }
}
