import { describe, expect, it } from 'vitest'
import { matchesWords, piecesOf, scoreOf } from './match'

describe('finding by words', () => {
  it('wants every word, in any order and any case', () => {
    expect(matchesWords('Copy link to this view', 'VIEW copy')).toBe(true)
    expect(matchesWords('Copy link to this view', 'copy code')).toBe(false)
    expect(matchesWords('anything', '  ')).toBe(true)
    expect(matchesWords('Mélanie Größe', 'GROSSE melanie')).toBe(true)
  })

  it('puts the start of the label first, then starts of words, then the rest', () => {
    const labels = ['Home', 'Go home', 'Rehome', 'Settings']
    const scores = labels.map(label => scoreOf(label, label === 'Settings' ? 'home page' : '', 'home'))
    expect(scores).toEqual([12, 4, 2, 1])
    expect(scoreOf('Sign out', '', 'home')).toBe(-1)
  })

  it('cuts a label into what was typed and what was not, never losing a letter', () => {
    const pieces = piecesOf('amber-otter-412', '412 amb')
    expect(pieces).toEqual([
      { text: 'amb', isHit: true },
      { text: 'er-otter-', isHit: false },
      { text: '412', isHit: true },
    ])
    expect(piecesOf('plain', '')).toEqual([{ text: 'plain', isHit: false }])
    expect(piecesOf('Straße ö😀', 'STRASSE O')).toEqual([
      { text: 'Straße', isHit: true },
      { text: ' ', isHit: false },
      { text: 'ö', isHit: true },
      { text: '😀', isHit: false },
    ])
  })
})
