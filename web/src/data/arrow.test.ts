// @vitest-environment node
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decodeSeries } from './arrow'

const bytes = new Uint8Array(readFileSync(new URL('fixtures/series.arrow', import.meta.url)))

describe('an Arrow answer', () => {
  const [raw, empty, buckets] = decodeSeries(bytes)

  it('gives each series its own rows, in the order asked', () => {
    expect([raw?.run, raw?.key, raw?.data.rows]).toEqual(['a', 'loss', 3])
    expect([...(raw?.data.x ?? [])]).toEqual([0, 10, 20])
    expect([buckets?.run, buckets?.data.rows, buckets?.data.pointCount]).toEqual(['b', 2, 2000])
    expect([...(buckets?.data.min ?? [])]).toEqual([0, -4])
  })

  it('keeps NaN in the values and counts it apart', () => {
    expect(raw?.data.mean[2]).toBeNaN()
    expect([...(raw?.data.nan ?? [])]).toEqual([0, 0, 1])
    expect([...(buckets?.data.posinf ?? [])]).toEqual([0, 1])
  })

  it('gives a series without points no rows and no step', () => {
    expect(empty?.data).toMatchObject({ rows: 0, pointCount: 0, lastStep: -1 })
  })

  it('refuses an answer whose rows do not add up', () => {
    const text = new TextDecoder('latin1').decode(bytes)
    const at = text.indexOf('"rows": 3')
    const broken = bytes.slice()
    broken[at + 8] = '4'.charCodeAt(0)
    expect(() => decodeSeries(broken)).toThrow('loss of a has 3 of 4 rows')
  })
})
