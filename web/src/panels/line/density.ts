/** More lines than can be told apart, as a picture of where they lie. Pure. */

import type { Density, LineSeries, Range } from '../../charts/model'
import { rowAt } from '../../charts/model'
import { scaleOf, type ScaleKind } from '../../charts/lineScales'

/** So many lines are drawn one by one; the rest as a density. */
export const LINES_MAX = 100
const COLUMNS = 160
/** The parts of the lines that lie within each band, outer to inner. */
const PARTS: readonly (readonly [number, number])[] = [
  [0, 1],
  [0.1, 0.9],
  [0.25, 0.75],
]

export function densityOf(lines: readonly LineSeries[], x: Range, xScale: ScaleKind): Density | null {
  if (lines.length === 0) return null
  const scale = scaleOf(xScale, x)
  const [low, high] = [scale.to(x[0]), scale.to(x[1])]
  const xs = Float64Array.from({ length: COLUMNS }, (_, i) => scale.from(low + ((high - low) * i) / (COLUMNS - 1)))
  const bands = PARTS.map(() => ({ low: new Float64Array(COLUMNS), high: new Float64Array(COLUMNS) }))
  const middle = new Float64Array(COLUMNS)
  const values = new Float64Array(lines.length)
  for (let column = 0; column < COLUMNS; column++) {
    let n = 0
    for (const line of lines) {
      const row = rowAt(line, xs[column] as number, 0)
      const value = row < 0 ? Number.NaN : (line.y[row] as number)
      if (Number.isFinite(value)) values[n++] = value
    }
    const sorted = values.subarray(0, n).sort()
    const at = (part: number): number => (n === 0 ? Number.NaN : (sorted[Math.round(part * (n - 1))] as number))
    PARTS.forEach(([from, to], i) => {
      const band = bands[i] as { low: Float64Array; high: Float64Array }
      band.low[column] = at(from)
      band.high[column] = at(to)
    })
    middle[column] = at(0.5)
  }
  return { lineCount: lines.length, x: xs, bands, middle }
}
