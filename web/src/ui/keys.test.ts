import { describe, expect, it } from 'vitest'
import { isShiftedLetter, keyCaps, strokeOf } from './keys'

const event = (key: string, fields: Partial<KeyboardEvent> = {}) =>
  ({ key, code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...fields }) as KeyboardEvent

describe('the spelling of keys', () => {
  it.each([
    ['mod+k', 'Ctrl K', '⌘ K'],
    ['mod+shift+z', 'Ctrl Shift Z', '⌘ ⇧ Z'],
    ['g h', 'G H', 'G H'],
    ['mod++', 'Ctrl +', '⌘ +'],
    ['escape', 'Esc', 'Esc'],
    ['f2', 'F2', 'F2'],
    ['backspace', '⌫', '⌫'],
  ])('%s is shown as %s, and on a Mac as %s', (keys, other, mac) => {
    expect(keyCaps(keys, false).join(' ')).toBe(other)
    expect(keyCaps(keys, true).join(' ')).toBe(mac)
  })

  it('tells a letter with Shift from the letter, and lets a digit be typed with it', () => {
    expect([event('S', { shiftKey: true }), event('S'), event('s')].map(isShiftedLetter)).toEqual([true, false, false])
    expect(isShiftedLetter(event('0', { shiftKey: true }))).toBe(false)
  })

  it('reads Command on a Mac and Ctrl elsewhere as the same modifier', () => {
    expect(strokeOf(event('k', { metaKey: true }), true)).toBe('mod+k')
    expect(strokeOf(event('k', { ctrlKey: true }), false)).toBe('mod+k')
    expect(strokeOf(event('k', { ctrlKey: true }), true)).toBe('k')
  })

  it('names Shift with letters and named keys, never with signs', () => {
    expect(strokeOf(event('J', { shiftKey: true }), false)).toBe('shift+j')
    expect(strokeOf(event('Enter', { shiftKey: true }), false)).toBe('shift+enter')
    expect(strokeOf(event('?', { shiftKey: true }), false)).toBe('?')
    expect(strokeOf(event(' '), false)).toBe('space')
  })
})
