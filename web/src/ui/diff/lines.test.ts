import { describe, expect, it } from 'vitest'
import { diffTexts, folded, pairsOf } from './lines'

const short = (left: string, right: string): string[] =>
  diffTexts(left, right).lines.map(({ kind, text }) => `${{ same: ' ', added: '+', removed: '-' }[kind]}${text}`)

describe('differences of texts', () => {
  it('tells added, removed and kept lines apart, numbered on both sides', () => {
    expect(short('a\nb\nc\n', 'a\nx\nc\nd\n')).toEqual([' a', '-b', '+x', ' c', '+d'])
    const { lines, addedCount, removedCount } = diffTexts('a\nb\nc', 'a\nc\nd')
    expect(lines.map(({ left, right }) => [left, right])).toEqual([
      [1, 1],
      [2, null],
      [3, 2],
      [null, 3],
    ])
    expect([addedCount, removedCount]).toEqual([1, 1])
  })

  it('calls the end of a file no line, and both kinds of line ends one', () => {
    expect(short('a\r\nb\r\n', 'a\nb')).toEqual([' a', ' b'])
    expect(short('', 'a\n')).toEqual(['+a'])
    expect(short('', '')).toEqual([])
  })

  it('marks the words that changed', () => {
    const [before, after] = diffTexts('lr = 0.1 # ok', 'lr = 0.02 # ok').lines
    const cut = (line: typeof before): string[] => line?.marks.map(([from, to]) => line.text.slice(from, to)) ?? []
    expect(cut(before).join('')).toContain('1')
    expect(cut(after).join('')).toContain('02')
    expect(cut(after).join('')).not.toContain('lr')
  })

  it('puts what was removed beside what came in its place', () => {
    const pairs = pairsOf(diffTexts('a\nb\nc', 'a\nx').lines)
    expect(pairs.map(({ left, right }) => [left?.text, right?.text])).toEqual([
      ['a', 'a'],
      ['b', 'x'],
      ['c', undefined],
    ])
  })

  it('folds long stretches, keeps what stands around a change, and opens them again', () => {
    const rows = Array.from({ length: 30 }, (_, i) => (i === 15 ? 'change' : 'same'))
    const seen = folded(rows, row => row === 'same', new Set())
    expect(seen.filter(row => row.kind === 'fold')).toEqual([
      { kind: 'fold', from: 0, to: 12 },
      { kind: 'fold', from: 19, to: 30 },
    ])
    expect(seen.filter(row => row.kind === 'row')).toHaveLength(7)
    expect(folded(rows, row => row === 'same', new Set([0, 19]))).toHaveLength(30)
  })
})
