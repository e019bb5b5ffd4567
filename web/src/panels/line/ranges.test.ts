import { describe, expect, it } from 'vitest'
import type { LineSeries } from '../../charts/model'
import type { SeriesData } from '../../data/series'
import { points } from '../../data/testing'
import { fitY, rangeOfX } from './ranges'

const fitted = (data: SeriesData) => [{ data, series: { x: data.x, y: data.mean } as unknown as LineSeries }]
const fit = (values: number[]) =>
  fitY(fitted(points(values)), { x: [0, 100], scale: 'linear', outliers: [0, 100], manual: [null, null] }).range

describe('how far the axes reach', () => {
  it('a small value that never changes is not drawn as 0', () => {
    const ends = (values: number[]): number[] => fit(values).map(end => Math.round(end * 1e8))
    expect(ends([1e-4, 1e-4, 1e-4])).toEqual([5000, 15_000])
    expect(ends([-2e-7, -2e-7])).toEqual([-30, -10])
    expect(fit([0, 0])).toEqual([0, 0.5])
    expect(fit([3])).toEqual([2.5, 3.5])
  })

  it('one point of a huge x has room on both sides', () => {
    const one = { ...points([1]), x: Float64Array.of(1e17) }
    const [low, high] = rangeOfX([one], false)
    expect(low).toBeLessThan(1e17)
    expect(high).toBeGreaterThan(1e17)
  })
})
