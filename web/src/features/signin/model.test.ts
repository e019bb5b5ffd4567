import { describe, expect, it, vi } from 'vitest'
import { entitiesOf, takeLinkToken } from './model'

function at(address: string) {
  const url = new URL(address, 'http://localhost')
  const replaceState = vi.fn()
  const place = { hash: url.hash, pathname: url.pathname, search: url.search } as Location
  return { place, history: { state: null, replaceState } as unknown as History, replaceState }
}

describe('the one-time link', () => {
  it('is taken out of the address, and the rest of the address stays', () => {
    const { place, history, replaceState } = at('/mara/digits?x=1#link=abc&panel=loss')
    expect(takeLinkToken(place, history)).toBe('abc')
    expect(replaceState).toHaveBeenCalledWith(null, '', '/mara/digits?x=1#panel=loss')
  })

  it('leaves no hash behind when it was alone', () => {
    const { place, history, replaceState } = at('/#link=abc')
    takeLinkToken(place, history)
    expect(replaceState).toHaveBeenCalledWith(null, '', '/')
  })

  it('touches nothing where there is none', () => {
    const { place, history, replaceState } = at('/mara#section')
    expect(takeLinkToken(place, history)).toBeNull()
    expect(replaceState).not.toHaveBeenCalled()
  })
})

it('names each entity once, the default first', () => {
  const me = { username: 'mara', default_entity: 'lab', teams: [{ team: 'lab' }, { team: 'imaging' }] }
  expect(entitiesOf(me as never)).toEqual(['lab', 'mara', 'imaging'])
})
