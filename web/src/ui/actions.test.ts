import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Action, actionTable, distinct, KeyReader, perform, registerActions, shownKeys } from './actions'

const action = (name: string, fields: Partial<Action> = {}): Action => ({
  name,
  label: name,
  group: 'Anywhere',
  perform: vi.fn(),
  ...fields,
})

const stroke = (key: string, held: Partial<KeyboardEvent> = {}, target: EventTarget | null = null) => ({
  key,
  code: /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
  target,
})

afterEach(() => actionTable.setState({ actions: [] }))

describe('the table', () => {
  it('holds what is registered, until it is taken out again', () => {
    const remove = registerActions([action('a', { keys: 'x' })])
    expect(shownKeys('a')).toBe('x')
    remove()
    expect(perform('a')).toBe(false)
  })

  it('lets the more particular place answer for a name, if it can', () => {
    const general = action('find')
    const particular = action('find', { when: () => false })
    registerActions([general])
    registerActions([particular])
    expect(distinct(actionTable.getState().actions)).toEqual([particular])
    expect(perform('find')).toBe(true)
    expect(general.perform).toHaveBeenCalledOnce()
    expect(particular.perform).not.toHaveBeenCalled()
  })
})

describe('reading keys', () => {
  it('finds a stroke with its modifiers, and no other', () => {
    const palette = action('palette', { keys: ['mod+k'] })
    const reader = new KeyReader()
    expect(reader.read(stroke('k', { ctrlKey: true }), 0, [palette])).toBe(palette)
    expect(reader.read(stroke('k'), 0, [palette])).toBeNull()
    expect(reader.read(stroke('K', { ctrlKey: true, shiftKey: true }), 0, [palette])).toBeNull()
  })

  it('takes what is typed for signs, whatever keys type it', () => {
    const help = action('help', { keys: '?' })
    expect(new KeyReader().read(stroke('?', { shiftKey: true }), 0, [help])).toBe(help)
  })

  it('takes the key itself with Alt, where layouts type another character', () => {
    const theme = action('theme', { keys: 'alt+m' })
    expect(new KeyReader().read({ ...stroke('µ', { altKey: true }), code: 'KeyM' }, 0, [theme])).toBe(theme)
  })

  it('reads a pair within its time, and only then', () => {
    const home = action('home', { keys: 'g h' })
    const hide = action('hide', { keys: 'h' })
    const reader = new KeyReader()
    expect(reader.read(stroke('g'), 0, [home, hide])).toBe('started')
    expect(reader.read(stroke('h'), 500, [home, hide])).toBe(home)
    expect(reader.read(stroke('g'), 1_000, [home, hide])).toBe('started')
    expect(reader.read(stroke('h'), 9_000, [home, hide])).toBe(hide)
  })

  it('leaves letters to a text field, and strokes that say so to the table', () => {
    const input = document.createElement('input')
    const hide = action('hide', { keys: 'h' })
    const palette = action('palette', { keys: 'mod+k', whileTyping: true })
    const reader = new KeyReader()
    expect(reader.read(stroke('h', {}, input), 0, [hide, palette])).toBeNull()
    expect(reader.read(stroke('k', { ctrlKey: true }, input), 0, [hide, palette])).toBe(palette)
    input.type = 'checkbox'
    expect(reader.read(stroke('h', {}, input), 0, [hide, palette])).toBe(hide)
  })

  it('passes over what cannot be done now', () => {
    const undo = action('undo', { keys: 'mod+z', when: () => false })
    expect(new KeyReader().read(stroke('z', { ctrlKey: true }), 0, [undo])).toBeNull()
  })

  it('ignores modifiers on their own, without losing the first of a pair', () => {
    const first = action('first', { keys: 'g shift+h' })
    const reader = new KeyReader()
    reader.read(stroke('g'), 0, [first])
    expect(reader.read(stroke('Shift', { shiftKey: true }), 100, [first])).toBeNull()
    expect(reader.read(stroke('H', { shiftKey: true }), 200, [first])).toBe(first)
  })
})
