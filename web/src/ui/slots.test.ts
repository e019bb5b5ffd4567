import { describe, expect, test } from 'vitest'
import { type Slot, slotsOf } from './slots'

const rows = (slots: readonly Slot[]): number[] => slots.map(({ index }) => index)
const keys = (slots: readonly Slot[]): number[] => slots.map(({ key }) => key)

describe('slots', () => {
  test('rows that come are drawn where others went', () => {
    const before = slotsOf(0, 5, 6, 0)
    const after = slotsOf(2, 7, 6, 0)
    expect(rows(after)).toEqual([6, 7, 2, 3, 4, 5])
    expect(keys(after)).toEqual(keys(before))
  })

  test('a jump far away uses every element again', () => {
    const after = slotsOf(50_000, 50_040, 41, 0)
    expect(keys(after)).toEqual(keys(slotsOf(0, 40, 41, 0)))
    expect(rows(after).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 41 }, (_, i) => 50_000 + i))
  })

  test('at rest they stand in order, each with its own element', () => {
    const moved = slotsOf(2, 7, 6, 0)
    const rested = slotsOf(2, 7, 6, 2)
    expect(rows(rested)).toEqual([2, 3, 4, 5, 6, 7])
    const byRow = (slots: readonly Slot[]) => slots.toSorted((a, b) => a.index - b.index)
    expect(byRow(rested)).toEqual(byRow(moved))
  })

  test('fewer rows than elements, and none', () => {
    expect(rows(slotsOf(9, 11, 6, 9))).toEqual([9, 10, 11])
    expect(new Set(keys(slotsOf(9, 11, 6, 4))).size).toBe(3)
    expect(slotsOf(0, -1, 6, 0)).toEqual([])
  })
})
