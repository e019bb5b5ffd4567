import { describe, expect, it } from 'vitest'
import type { Mention } from '../../data/mentions'
import { placeOf } from './model'

const mention = (fields: Partial<Mention>): Mention => ({
  id: 1,
  time: 0,
  user: 'mara',
  text: '@ann',
  entity: 'helix',
  project: 'two words',
  run: '',
  run_name: '',
  region: '',
  link: '',
  is_read: false,
  ...fields,
})

describe('where a mention leads', () => {
  it('is the project, or the run whose note it is', () => {
    expect(placeOf(mention({}))).toBe('/helix/two%20words')
    expect(placeOf(mention({ run: 'r 1' }))).toBe('/helix/two%20words/runs/r%201')
  })
  it('is the region on the page on which it was seen', () => {
    expect(placeOf(mention({ region: 'a&1', link: 'x9' }))).toBe('/helix/two%20words?view=none&s=x9&region=a%261')
    expect(placeOf(mention({ region: 'a1', link: 'x9', run: 'r1' }))).toBe(
      '/helix/two%20words/runs/r1?tab=charts&view=none&s=x9&region=a1',
    )
  })
  it('is the region on the page as it opens, where nobody said', () => {
    expect(placeOf(mention({ region: 'a1' }))).toBe('/helix/two%20words?region=a1')
  })
})
