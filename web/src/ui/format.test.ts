import { describe, expect, it } from 'vitest'
import { formatAgo, formatClock, formatCount, initials, plural } from './format'

const plain = (text: string) => text.replaceAll('\u2009', ' ').replaceAll('\u2212', '-')

describe('numbers', () => {
  it('separates thousands with a thin space and uses a true minus sign', () => {
    expect(formatCount(1_234_567)).toBe('1\u2009234\u2009567')
    expect(formatCount(-1_000)).toBe('\u22121\u2009000')
    expect([Number.NaN, Number.NEGATIVE_INFINITY].map(formatCount)).toEqual(['NaN', '\u2212∞'])
  })

  it('counts in words that fit', () => {
    expect(plural(1, 'run')).toBe('1 run')
    expect(plural(0, 'run')).toBe('0 runs')
    expect(plain(plural(1_200, 'entry', 'entries'))).toBe('1 200 entries')
  })
})

describe('times', () => {
  it.each([
    [0, 'now'],
    [59, 'now'],
    [60, '1 min'],
    [3_599, '59 min'],
    [3_600, '1 h'],
    [86_399, '23 h'],
    [86_400 * 6, '6 d'],
    [86_400 * 800, '2 y'],
  ])('%d s ago is %s', (ago, text) => {
    expect(formatAgo(1_000_000_000 - ago, 1_000_000_000)).toBe(text)
  })

  it('shows a watched wait as a clock', () => {
    expect(formatClock(42.9)).toBe('0:42')
    expect(formatClock(727)).toBe('12:07')
  })
})

it('takes two letters from a name', () => {
  expect(['Mara Lindqvist', 'mara', 'helix-lab', ''].map(initials)).toEqual(['ML', 'MA', 'HL', '?'])
})
