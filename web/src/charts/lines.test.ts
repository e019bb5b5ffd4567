import { describe, expect, it } from 'vitest'
import { spreadLabels, tracePixels } from './lines'
import { NO_LINES } from './model'
import { type Plot, plotOf } from './plot'

describe('end labels', () => {
  it('stay at their lines where these end apart', () => {
    expect(spreadLabels([10, 40, 90], 0, 100, 13)).toEqual([10, 40, 90])
  })

  it('never touch, and stay inside the plot, wherever their lines end', () => {
    for (const ys of [
      [50, 50, 50],
      [97, 98, 99, 100, 100],
      [-5, 0, 1, 99, 104],
      [0, 88, 90, 92, 95],
    ]) {
      const placed = spreadLabels(ys, 0, 100, 13) as number[]
      expect(placed).not.toContain(undefined)
      expect(Math.min(...placed)).toBeGreaterThanOrEqual(0)
      expect(Math.max(...placed)).toBeLessThanOrEqual(100)
      placed.slice(1).forEach((y, i) => expect(y - (placed[i] as number)).toBeGreaterThanOrEqual(13))
    }
  })

  it('are left out where there is no room', () => {
    const placed = spreadLabels([10, 11, 12, 13, 14], 0, 30, 13)
    expect(placed.filter(y => y !== undefined)).toHaveLength(3)
  })
})

describe('a line of many rows in few pixels', () => {
  const model = { ...NO_LINES, x: [0, 10_000] as const, y: [0, 1] as const }
  const plot: Plot = plotOf(model, { left: 0, top: 0, width: 100, height: 100 })
  function traced(values: Float64Array) {
    const moves: [number, number][] = []
    const lines: [number, number][] = []
    const xs = Float64Array.from(values, (_, i) => i)
    const path = {
      moveTo: (x: number, y: number) => moves.push([x, y]),
      lineTo: (x: number, y: number) => lines.push([x, y]),
    }
    tracePixels(path, xs, values, 0, values.length, plot)
    return { moves, all: [...moves, ...lines] }
  }

  it('keeps every extreme and draws at most two places in a column', () => {
    const values = Float64Array.from({ length: 10_000 }, (_, i) => 0.5 + 0.1 * Math.sin(i / 3))
    values[4321] = 1
    values[4322] = 0
    const { moves, all } = traced(values)
    expect(moves).toHaveLength(1)
    expect(all.length).toBeLessThanOrEqual(2 * 100 + 2)
    expect(Math.min(...all.map(([, y]) => y))).toBe(0)
    expect(Math.max(...all.map(([, y]) => y))).toBe(100)
  })

  it('breaks where values are missing', () => {
    const values = new Float64Array(10_000).fill(0.5)
    values.fill(Number.NaN, 3000, 4000)
    const { moves, all } = traced(values)
    expect(moves.map(([x]) => x)).toEqual([0, 40])
    expect(all.filter(([x]) => x > 30.5 && x < 39.5)).toEqual([])
  })
})
