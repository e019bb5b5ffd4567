import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folded, foldedLetters, unaccented, wordsOf } from './folding'

const vectors = JSON.parse(readFileSync(join(import.meta.dirname, '../../../tests/vectors/folding.json'), 'utf8')) as {
  folded: Record<string, string>
  unaccented: Record<string, string>
}

test.each(Object.entries(vectors.folded))('%s is searched as the server searches it', (text, expected) => {
  expect(folded(text)).toBe(expected)
  expect(folded(expected)).toBe(expected)
})

test.each(Object.entries(vectors.unaccented))('%s loses its accents and nothing else', (text, expected) => {
  expect(unaccented(text)).toBe(expected)
})

test('words are folded, and letters know where they came from', () => {
  expect(wordsOf('  É  Straße ')).toEqual(['e', 'strasse'])
  expect(foldedLetters(['a', 'ß', '\u0301', 'B'])).toEqual({ text: 'assb', from: [0, 1, 1, 3] })
})
