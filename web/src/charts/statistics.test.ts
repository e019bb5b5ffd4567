import { describe, expect, it } from 'vitest'
import { bandwidth, density, finite, paretoFront, quantile, runningBest, summarise, t95, trend } from './statistics'

describe('statistics', () => {
  it('interpolates quartiles as numpy does', () => {
    // numpy.percentile([1, 2, 4, 8, 16], [25, 50, 75]) = 2, 4, 8; of six values 1, 2, 4, 8, 16, 32: 2.5, 6, 14
    expect([0.25, 0.5, 0.75].map(q => quantile([1, 2, 4, 8, 16], q))).toEqual([2, 4, 8])
    expect([0.25, 0.5, 0.75].map(q => quantile([1, 2, 4, 8, 16, 32], q))).toEqual([2.5, 6, 14])
    expect(quantile([], 0.5)).toBeNaN()
  })

  it('summarises finite values only and ends whiskers at values', () => {
    const sorted = finite([3, Number.NaN, 1, 2, 100, Number.POSITIVE_INFINITY, 4])
    const found = summarise(sorted)
    expect(found).toMatchObject({ n: 5, mean: 22, min: 1, max: 100, q1: 2, median: 3, q3: 4 })
    expect(found.std).toBeCloseTo(43.617_657, 6)
    expect([found.whiskerLow, found.whiskerHigh]).toEqual([1, 4])
  })

  it('keeps the spread of large numbers close together', () => {
    const { std } = summarise(finite([1e9 + 1, 1e9 + 2, 1e9 + 3]))
    expect(std).toBeCloseTo(1, 6)
  })

  it('draws a density that integrates to one', () => {
    const sorted = finite([1, 2, 2.5, 4, 7])
    const h = bandwidth(summarise(sorted))
    expect(h).toBeGreaterThan(0)
    const at = Float64Array.from({ length: 4001 }, (_, i) => -20 + i * 0.0125)
    const area = density(sorted, at, h).reduce((sum, value) => sum + value * 0.0125, 0)
    expect(area).toBeCloseTo(1, 4)
    // One value: the height of a normal bell at its middle.
    expect(density([0], [0], 1)[0]).toBeCloseTo(0.398_942, 5)
  })

  it('knows the quantiles of t', () => {
    for (const [df, value] of [
      [1, 12.7062],
      [2, 4.3027],
      [3, 3.1824],
      [5, 2.5706],
      [10, 2.2281],
      [30, 2.0423],
      [120, 1.9799],
    ] as const)
      expect(t95(df)).toBeCloseTo(value, df === 3 ? 1 : 2)
  })

  it('fits Anscombe’s first set', () => {
    const x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5]
    const y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68]
    const found = trend([...x, Number.NaN], [...y, 3])
    expect(found?.slope).toBeCloseTo(0.5001, 4)
    expect(found?.intercept).toBeCloseTo(3.0001, 4)
    expect(found?.r).toBeCloseTo(0.8164, 4)
    // t(9) · 1.2366 · sqrt(1/11) at the mean of x
    expect(found?.halfAt(9)).toBeCloseTo(2.2622 * 1.2366 * Math.sqrt(1 / 11), 3)
  })

  it('has no trend through two points or one x', () => {
    expect(trend([1, 2], [1, 2])).toBeNull()
    expect(trend([1, 1, 1], [1, 2, 3])).toBeNull()
  })

  it('finds the front in each pair of directions', () => {
    const x = [1, 2, 3, 2, 1, Number.NaN]
    const y = [1, 2, 3, 1, 3, 9]
    expect(paretoFront(x, y, 'minimize', 'maximize')).toEqual([4])
    expect(paretoFront(x, y, 'maximize', 'maximize')).toEqual([2])
    expect(paretoFront(x, y, 'minimize', 'minimize')).toEqual([0])
    expect(paretoFront([1, 2, 3], [3, 2, 1], 'minimize', 'minimize')).toEqual([0, 1, 2])
    expect(paretoFront([1, 1, 2], [1, 1, 0], 'minimize', 'minimize')).toEqual([0, 1, 2])
  })

  it('agrees with the plain definition of a front', () => {
    let seed = 7
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
    const x = Array.from({ length: 300 }, () => Math.round(random() * 40))
    const y = Array.from({ length: 300 }, () => Math.round(random() * 40))
    const plain = x.flatMap((_, i) =>
      x.some((_, k) => x[k]! <= x[i]! && y[k]! >= y[i]! && (x[k]! < x[i]! || y[k]! > y[i]!)) ? [] : [i],
    )
    const found = paretoFront(x, y, 'minimize', 'maximize')
    expect(found.toSorted((a, b) => a - b)).toEqual(plain)
  })

  it('keeps what was the best so far', () => {
    expect(runningBest([3, 1, 2, 4], [2, 5, 3, 3], 'minimize')).toEqual([1, 2, 0])
    expect(runningBest([1, 2, 3], [1, 1, 2], 'maximize')).toEqual([0, 2])
  })
})
