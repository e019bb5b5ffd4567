import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { andTexts, fieldOf, type Filter, FilterError, formatFilter, isAnd, isNot, isOr, parseFilter } from './filters'

interface Vectors {
  now: number
  reads: { text: string; tree: unknown; canonical: string }[]
  refused: { text: string; at: number; hint: string }[]
}
const vectors = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../tests/vectors/filters.json'), 'utf8'),
  // Whole numbers that a double cannot hold are bigints in trees.
  (_, value: unknown, context?: { source?: string }) =>
    Number.isInteger(value) && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
      ? BigInt(context?.source ?? '')
      : value,
) as Vectors

function tree(filter: Filter): unknown {
  if (isAnd(filter)) return { and: filter.and.map(tree) }
  if (isOr(filter)) return { or: filter.or.map(tree) }
  if (isNot(filter)) return { not: tree(filter.not) }
  const { field, operator, value } = filter
  return operator === 'exists' ? { ...field, operator } : { ...field, operator, value }
}

test.each(vectors.reads)(
  '$text reads as the server reads it and is written back',
  ({ text, tree: expected, canonical }) => {
    const filter = parseFilter(text, vectors.now)
    expect(tree(filter)).toEqual(expected)
    expect(formatFilter(filter)).toBe(canonical)
    expect(tree(parseFilter(canonical, vectors.now))).toEqual(expected)
  },
)

test.each(vectors.refused)('$text is refused with its place and remedy', ({ text, at, hint }) => {
  let fault: FilterError['fault'] | null = null
  try {
    parseFilter(text, vectors.now)
  } catch (error) {
    fault = (error as FilterError).fault
  }
  expect(fault).toMatchObject({ at, hint })
})

test('what people read keeps ages and short names, and reads as the same', () => {
  const text = 'val/mIoU >= 0.8 and created_at > now-7d and summary.name = "a"'
  const filter = parseFilter(text, vectors.now)
  expect(formatFilter(filter, { isForPeople: true })).toBe(text)
})

test('names of no plain letters, text of any kind and every number survive the way out and back', () => {
  const values = ['a"b', '\\', '\n\t\u0001', '😀', '\ud800', 1e-7, 1.5e300, -0.1, 123_456_789, true, null]
  for (const value of values) {
    for (const key of ['a b', 'x`y', 'größe', '层/深', 'and', '0x']) {
      const filter: Filter = { field: { section: 'config', path: key }, operator: '=', value }
      expect(parseFilter(formatFilter(filter))).toEqual(filter)
    }
  }
})

test('a very deep text is refused, not crashed on', () => {
  expect(() => parseFilter('('.repeat(20_000))).toThrow(FilterError)
})

test('a key that is a run field under another section stays in its section', () => {
  expect(fieldOf('config.state')).toEqual({ section: 'config', path: 'state' })
  expect(fieldOf('state')).toEqual({ section: 'run', path: 'state' })
  expect(fieldOf('toString')).toEqual({ section: 'summary', path: 'toString' })
})

test('joined filters keep their own precedence', () => {
  expect(andTexts('a = 1 or b = 2', '', 'c = 3')).toBe('(a = 1 or b = 2) and (c = 3)')
  expect(andTexts('', 'a = 1 or b = 2')).toBe('a = 1 or b = 2')
})
