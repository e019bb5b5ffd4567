import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  alongCall,
  type Expression,
  formatExpression,
  keysOf,
  nearest,
  readExpression,
  unknownKey,
  wordAt,
} from './expressions'

interface Fault {
  at: number
  detail: string
  hint: string
  fix: string
}
interface Vectors {
  reads: { text: string; tree: unknown; canonical: string }[]
  refused: ({ text: string; known?: string[] } & Fault)[]
  unknown: ({ text: string; known: string[] } & Fault)[]
}

const vectors = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../tests/vectors/expressions.json'), 'utf8'),
) as Vectors

function written(tree: Expression): unknown {
  if (typeof tree === 'number') return Number.isFinite(tree) ? tree : formatExpression(tree)
  return 'key' in tree ? { key: tree.key } : [tree.name, ...tree.arguments.map(written)]
}

function treeOf(text: string): Expression {
  const { tree, fault } = readExpression(text)
  if (tree === undefined) throw new Error(`${text}: ${fault?.detail}`)
  return tree
}

describe('expressions read as the server reads them', () => {
  it.each(vectors.reads)('$text', ({ text, tree, canonical }) => {
    expect(written(treeOf(text))).toEqual(tree)
    expect(formatExpression(treeOf(text))).toBe(canonical)
    expect(written(treeOf(canonical))).toEqual(tree)
  })
})

describe('faults are pointed at, and a fix offered that reads', () => {
  it.each(vectors.refused)('$text', ({ text, known, at, detail, hint, fix }) => {
    expect(readExpression(text, known).fault).toEqual({ at, detail, hint, fix })
    if (fix) treeOf(fix)
  })

  it.each(vectors.unknown)('unknown key: $text', ({ text, known, at, detail, hint, fix }) => {
    expect(unknownKey(text, treeOf(text), known)).toEqual({ at, detail, hint, fix })
  })

  it.each([
    ['1+'.repeat(3000), 'EXPRESSION_CHARS'],
    ['-'.repeat(100) + '${a}', 'EXPRESSION_DEPTH'],
    [`min(${'1,'.repeat(600)}1)`, 'EXPRESSION_NODES'],
  ])('too large: %#', (text, limit) => {
    expect(readExpression(text).fault?.detail).toContain(limit)
  })
})

describe('what an editor asks', () => {
  it('knows the keys, each once', () => {
    expect(keysOf(treeOf('${a} + ${b} * ${a}')).map(key => [key.key, key.at, key.end])).toEqual([
      ['a', 0, 4],
      ['b', 7, 11],
    ])
    expect(unknownKey('${a} * ${_step}', treeOf('${a} * ${_step}'), ['a'])).toBeUndefined()
  })

  it('says which function needs the order of points', () => {
    expect(alongCall(treeOf('1 + ema(${a}, 0.5)'))).toBe('ema(x, weight)')
    expect(alongCall(treeOf('log(${a})'))).toBeUndefined()
  })

  it('knows the word under the cursor', () => {
    expect(wordAt('1 + ${train/lo', 14)).toEqual({ kind: 'key', text: 'train/lo', from: 4 })
    expect(wordAt('1 + lo', 6)).toEqual({ kind: 'word', text: 'lo', from: 4 })
    expect(wordAt('${a} + ', 7)).toBeUndefined()
  })

  it('finds the nearest of very many names', () => {
    const names = [...Array.from({ length: 100_000 }, (_, i) => `layer${i}/weight`), 'train/loss']
    expect(nearest('train/los', names)).toBe('train/loss')
  })
})
