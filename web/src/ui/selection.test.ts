import { describe, expect, it } from 'vitest'
import { emptySelection, extendTo, move, type RowOrder, selectAll, toggle } from './selection'

const names = ['a', 'b', 'G', 'c', 'd', 'e']
const order: RowOrder = {
  count: names.length,
  keyAt: index => names[index]!,
  indexOf: key => names.indexOf(key),
  canSelect: index => names[index] !== 'G',
}
const keys = (selection: { keys: ReadonlySet<string> }) => [...selection.keys].join('')

describe('selecting rows', () => {
  it('toggles one row and makes it the start of a range', () => {
    const one = toggle(emptySelection, 'b')
    expect([keys(one), one.anchor, one.current]).toEqual(['b', 'b', 'b'])
    expect(keys(toggle(one, 'b'))).toBe('')
  })

  it('extends in both directions from the same anchor, and leaves group heads out', () => {
    const start = toggle(emptySelection, 'b')
    const down = extendTo(start, 'd', order)
    expect(keys(down)).toBe('bcd')
    expect(keys(extendTo(down, 'a', order))).toBe('ab')
  })

  it('starts a range where the current row is when nothing was anchored', () => {
    const first = move(emptySelection, 1, order, false)
    expect(first.current).toBe('a')
    const grown = move(move(first, 1, order, true), 1, order, true)
    expect([keys(grown), grown.current]).toEqual(['ab', 'G'])
    expect(keys(move(grown, 1, order, true))).toBe('abc')
  })

  it('stops at the ends and starts from the near one', () => {
    expect(move(emptySelection, -1, order, false).current).toBe('e')
    expect(move({ ...emptySelection, current: 'e' }, 5, order, false).current).toBe('e')
    // By all rows at once, as Home and End do, it is the end that was meant.
    expect(move(emptySelection, -order.count, order, false).current).toBe('a')
    expect(move(emptySelection, order.count, order, false).current).toBe('e')
  })

  it('keeps the selection when the row it extends to is not shown', () => {
    const one = toggle(emptySelection, 'b')
    expect(extendTo(one, 'gone', order)).toBe(one)
  })

  it('selects all but group heads', () => {
    expect(keys(selectAll(emptySelection, order))).toBe('abcde')
  })

  it('passes over the second place of a row that stands twice, as a pinned run does', () => {
    const rows = ['p', 'q', 'a', 'q', 'p', 'b', 'p']
    const twice: RowOrder = {
      count: rows.length,
      keyAt: index => rows[index]!,
      indexOf: key => rows.indexOf(key),
      canSelect: () => true,
    }
    const from = (current: string, delta: number) => move({ ...emptySelection, current }, delta, twice, false).current
    expect(from('a', 1)).toBe('b')
    expect(from('b', -1)).toBe('a')
    expect(from('b', 1)).toBe('b')
    expect(from('p', 4)).toBe('b')
    expect(from('a', 9)).toBe('b')
    // A range to the second place goes there, not to the first.
    const one = toggle(emptySelection, 'b')
    expect(keys(extendTo(one, 'p', twice, 6))).toBe('bp')
  })
})
