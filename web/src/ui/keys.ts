/**
 * Shortcuts as text. `mod+k` is Ctrl K, or ⌘K on a Mac; `g h` is G, then H; a lone character such as `?` or `/` is what is
 * typed, whatever keys type it on this keyboard.
 */

const isMac = typeof navigator !== 'undefined' && /mac|iphone|ipad/i.test(navigator.userAgent)

const capNames: Record<string, [other: string, mac: string]> = {
  mod: ['Ctrl', '⌘'],
  alt: ['Alt', '⌥'],
  shift: ['Shift', '⇧'],
  enter: ['Enter', 'Enter'],
  escape: ['Esc', 'Esc'],
  delete: ['Del', 'Del'],
  backspace: ['⌫', '⌫'],
  space: ['Space', 'Space'],
  arrowup: ['↑', '↑'],
  arrowdown: ['↓', '↓'],
  arrowleft: ['←', '←'],
  arrowright: ['→', '→'],
}

/** `"mod+shift+z"` → `["Ctrl", "Shift", "Z"]`; `"g h"` → `["G", "H"]`. */
export function keyCaps(keys: string, mac: boolean = isMac): string[] {
  return keys
    .split(' ')
    .flatMap(stroke => splitStroke(stroke))
    .map(key => capNames[key]?.[mac ? 1 : 0] ?? (/^(.|f\d+)$/.test(key) ? key.toUpperCase() : key))
}

/** `mod++` is mod and the plus key. */
function splitStroke(stroke: string): string[] {
  if (stroke === '+') return ['+']
  if (stroke.endsWith('++')) return [...stroke.slice(0, -2).split('+'), '+']
  return stroke.split('+')
}

export type StrokeEvent = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>

/** The stroke an event is, in the spelling above; empty for a modifier alone. */
export function strokeOf(event: StrokeEvent, mac: boolean = isMac): string {
  if (['Control', 'Shift', 'Alt', 'Meta', 'Dead', 'AltGraph'].includes(event.key)) return ''
  const isMod = mac ? event.metaKey : event.ctrlKey
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1]?.toLowerCase()
  // With Alt held, many layouts type another character: the key's own letter is meant.
  const key = event.key === ' ' ? 'space' : event.altKey && letter ? letter : event.key.toLowerCase()
  const isNamed = key.length > 1 || /^[a-z0-9]$/.test(key)
  return [isMod && 'mod', event.altKey && 'alt', event.shiftKey && isNamed && 'shift', key].filter(Boolean).join('+')
}

/** A letter with Shift is another key than the letter; a digit or a sign may need Shift to be typed at all. */
export const isShiftedLetter = (event: Pick<KeyboardEvent, 'key' | 'shiftKey'>): boolean =>
  event.shiftKey && /^\p{L}$/u.test(event.key)

/** Whether the event's target takes text, so that plain letters belong to it. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'range', 'button', 'submit'].includes(target.type)
}
