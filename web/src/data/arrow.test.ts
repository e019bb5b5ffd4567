// @vitest-environment node
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decodeGroups, decodeSeries } from './arrow'
import { decodeRunKeys, groupsOfRuns } from './runKeys'

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

const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`fixtures/${name}.arrow`, import.meta.url)))

describe('an answer about groups', () => {
  it('gives each group its rows: where, how many runs, the middle and the band', () => {
    const [none, adam] = decodeGroups(fixture('groups'))
    expect([none?.label, none?.data.rows]).toEqual(['none', 0])
    expect([adam?.label, adam?.runCount, [...(adam?.data.count ?? [])]]).toEqual(['adam', 3, [3, 2]])
    expect([...(adam?.data.mean ?? [])]).toEqual([2, 1])
    expect(adam?.data.min[0]).toBe(1.5)
    expect(adam?.data.max[1]).toBeNaN()
  })

  it('is no other answer', () => {
    expect(() => decodeGroups(new Uint8Array())).toThrow()
  })
})

describe('a table of values of runs', () => {
  it('has a column per key, and makes groups of equal values', () => {
    const table = decodeRunKeys(fixture('runs'), ['config.optimizer', 'config.lr'])
    expect([table.runs, table.total]).toEqual([['r1', 'r2', 'r3'], 5])
    expect(groupsOfRuns(table)).toEqual([
      { label: 'adam, 0.1', runs: ['r1', 'r3'] },
      { label: 'sgd, none', runs: ['r2'] },
    ])
  })
})
