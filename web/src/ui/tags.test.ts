import { describe, expect, it } from 'vitest'
import { addedTags, keyedTag, tagOptions, withTag } from './tags'

describe('tags', () => {
  it('say a value of a key, or are words', () => {
    expect(keyedTag('dataset:v2')).toEqual({ key: 'dataset', value: 'v2' })
    expect(keyedTag('data.set/x-1: a b:c')).toEqual({ key: 'data.set/x-1', value: 'a b:c' })
    expect(keyedTag('étape:un')).toEqual({ key: 'étape', value: 'un' })
    for (const word of ['word', 'https://example.org', '12:30', 'a b:c', 'key:', ':value', 'key: '])
      expect(keyedTag(word), word).toBeNull()
  })

  it('have one value of a key', () => {
    expect(withTag(['dataset:v1', 'old'], 'dataset:v2')).toEqual(['old', 'dataset:v2'])
    expect(withTag(['old'], 'new')).toEqual(['old', 'new'])
    expect(withTag(['a:1'], 'a:1')).toEqual(['a:1'])
    expect(addedTags(['a:1', 'word', 'a:2', 'b:1'])).toEqual({ add_tags: ['word'], set_tags: ['a:2', 'b:1'] })
    expect(addedTags(['word'])).toEqual({ add_tags: ['word'] })
  })

  it('are completed: keys and words first, then the values of a key', () => {
    const page = {
      tags: [
        { name: 'dataset:v1', run_count: 2 },
        { name: 'best', run_count: 1 },
        { name: 'dataset:v2', run_count: 1 },
      ],
      keys: [{ name: 'dataset', run_count: 3 }],
    }
    expect(tagOptions(page, 'da')).toEqual([
      { value: 'dataset:', hint: '3' },
      { value: 'best', hint: '1' },
    ])
    expect(tagOptions(page, 'dataset:').map(({ value }) => value)).toEqual(['dataset:v1', 'dataset:v2'])
    expect(tagOptions(page, 'other:').map(({ value }) => value)).toEqual(['dataset:', 'best'])
  })
})
