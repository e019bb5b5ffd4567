import { expect, it } from 'vitest'
import { jsonText, withNumbers } from './oddNumbers'

it('makes numbers of the words that JSON has for them, at any depth, and leaves names alone', () => {
  const run = withNumbers({
    name: 'NaN',
    values: { 'summary.loss': 'NaN', 'config.note': 'Nan', 'config.lr': 0.1 },
    summary: { best: { min: '-Infinity' }, list: ['Infinity', 1, null] },
  })
  expect(run).toEqual({
    name: 'NaN',
    values: { 'summary.loss': Number.NaN, 'config.note': 'Nan', 'config.lr': 0.1 },
    summary: { best: { min: Number.NEGATIVE_INFINITY }, list: [Number.POSITIVE_INFINITY, 1, null] },
  })
})

it('leaves a text that is such a word a text', () => {
  const run = withNumbers({ config: { a: String.raw`\NaN`, b: [String.raw`\\-Infinity`], c: String.raw`\Nan` } })
  expect(run.config).toEqual({ a: 'NaN', b: [String.raw`\-Infinity`], c: String.raw`\Nan` })
})

it('says them as words again in JSON', () => {
  const summary = { loss: Number.NaN, best: { min: Number.NEGATIVE_INFINITY }, acc: 0.5 }
  expect(JSON.parse(jsonText(summary))).toEqual({ loss: 'NaN', best: { min: '-Infinity' }, acc: 0.5 })
})
