import { describe, expect, it } from 'vitest'
import { groupColour, NO_SCALE, NO_VALUE_COLOUR, styleOf, valueColour, valueScale } from './colours'

describe('the colour of a run', () => {
  it('is its own for life, and its dash changes from the 25th on', () => {
    expect(styleOf({ id: 'a', ordinal: 3 }, {})).toEqual({ colour: '--run-3', dash: [] })
    expect(styleOf({ id: 'a', ordinal: 27 }, {})).toEqual({ colour: '--run-3', dash: [6, 3] })
  })

  it('can be chosen, with the dash apart', () => {
    const set = { colours: { chosen: { a: 9 }, dashes: { a: 2 } } }
    expect(styleOf({ id: 'a', ordinal: 3 }, set)).toEqual({ colour: '--run-9', dash: [2, 2] })
    expect(styleOf({ id: 'b', ordinal: 3 }, set)).toEqual({ colour: '--run-3', dash: [] })
  })

  it('follows its group, by the place of the name: a new best group repaints none', () => {
    const set = { colours: { by: 'group' as const } }
    const scale = { ...NO_SCALE, groups: ['["a"]', '["b"]'] }
    expect(styleOf({ id: 'x', ordinal: 9, group: '["b"]' }, set, scale).colour).toBe('--run-2')
    expect(groupColour('["b"]', { colours: { chosen: { '["b"]': 11 } } }, scale)).toBe('--run-11')
  })

  it('follows a value along the gradient: low is near the panel, absent is grey', () => {
    const scale = { groups: [], ...valueScale([0, 5, Number.NaN, 'x', 10]) }
    expect([valueColour(0, scale), valueColour(10, scale), valueColour(5, scale)]).toEqual([
      '--seq-1',
      '--seq-9',
      '--seq-5',
    ])
    expect([valueColour(undefined, scale), valueColour(Number.NaN, scale)]).toEqual([NO_VALUE_COLOUR, NO_VALUE_COLOUR])
    expect(valueColour(3, { groups: [], ...valueScale([3]) })).toBe('--seq-9')
  })
})
