import { describe, expect, it } from 'vitest'
import { found, named } from './naming'

const people = [
  { username: 'ann', display_name: 'Ann Lee' },
  { username: 'joanna', display_name: '' },
  { username: 'bob', display_name: 'Robert Anders' },
  { username: 'zoe', display_name: 'Zoe' },
]

describe('a name that is begun', () => {
  it('is what stands between an @ apart and the caret', () => {
    expect(named('see @an', 7)).toEqual({ from: 4, to: 7, typed: 'an' })
    expect(named('@', 1)).toEqual({ from: 0, to: 1, typed: '' })
    expect(named('(@a.b-c rest', 7)).toEqual({ from: 1, to: 7, typed: 'a.b-c' })
  })

  it('is none within a word, after a space or without an @', () => {
    for (const text of ['ann@lab', 'see @ann and', 'pkg/@scope', '@@a', 'nobody'])
      expect(named(text, text.length)).toBeNull()
  })
})

describe('whom the letters may mean', () => {
  it('is told by user name first, then by the words of the shown name, then by what is within', () => {
    expect(found(people, 'AN').map(({ username }) => username)).toEqual(['ann', 'bob', 'joanna'])
    expect(found(people, 'zz')).toEqual([])
    expect(found(people, '')).toHaveLength(4)
  })
})
