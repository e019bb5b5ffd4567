import { describe, expect, test } from 'vitest'
import { fillSlots, type Slot, sortSlots } from './slots'

const rows = (slots: readonly Slot[]): number[] => slots.map(({ index }) => index)

describe('slots', () => {
  test('rows that come are drawn where others went', () => {
    const before = fillSlots([], 0, 5)
    const after = fillSlots(before, 2, 7)
    expect(rows(after)).toEqual([6, 7, 2, 3, 4, 5])
    expect(after.map(({ key }) => key)).toEqual(before.map(({ key }) => key))
    expect(after[2]).toBe(before[2])
  })

  test('nothing new is nothing changed', () => {
    const before = fillSlots([], 3, 9)
    expect(fillSlots(before, 3, 9)).toBe(before)
  })

  test('a window that grows takes new slots, one that shrinks gives some up', () => {
    const grown = fillSlots(fillSlots([], 0, 1), 0, 3)
    expect(new Set(grown.map(({ key }) => key)).size).toBe(4)
    expect(rows(sortSlots(fillSlots(grown, 1, 2)))).toEqual([1, 2])
    expect(fillSlots(grown, 0, -1)).toEqual([])
  })

  test('a jump far away uses every element again', () => {
    const before = fillSlots([], 0, 40)
    const after = fillSlots(before, 50_000, 50_040)
    expect(after.map(({ key }) => key)).toEqual(before.map(({ key }) => key))
    expect(rows(after)).toEqual(Array.from({ length: 41 }, (_, i) => 50_000 + i))
  })

  test('at rest they stand in order, each with its own element', () => {
    const moved = fillSlots(fillSlots([], 0, 5), 2, 7)
    const sorted = sortSlots(moved)
    expect(rows(sorted)).toEqual([2, 3, 4, 5, 6, 7])
    expect(sorted.find(({ index }) => index === 6)?.key).toBe(moved[0]?.key)
    expect(sortSlots(sorted)).toBe(sorted)
  })
})
