import { type RefObject, useEffect, useRef, useState } from 'react'

/** What had the focus, newest last; the items of menus, which go with them, apart. */
const had: HTMLElement[] = []
const KEPT_MAX = 8

document.addEventListener('focusin', ({ target }) => {
  if (!(target instanceof HTMLElement) || target.closest('[role=menu]')) return
  const at = had.indexOf(target)
  if (at >= 0) had.splice(at, 1)
  had.push(target)
  if (had.length > KEPT_MAX) had.shift()
})

/**
 * For what mounts when it opens: gives the focus back to what had it, unless what closed this gave it to something else. What was
 * opened from a menu or the palette, which are gone by then, gives it to what had it before them. By itself Radix looks for a trigger,
 * and ours are opened by state.
 */
export function useFocusBack(): (event: Event) => void {
  // Of the render that mounts it: a field within may take the focus before any effect runs.
  const [before] = useState(() => (document.activeElement === document.body ? [] : [...had]))
  return event => {
    event.preventDefault()
    for (const element of before.toReversed()) {
      if (document.activeElement !== document.body) return
      if (element.isConnected) element.focus({ preventScroll: true })
    }
  }
}

/** Where a field stands in for `place` while something is written: it has the focus again when the field is gone. */
export function useFocusAfter(isWriting: boolean, place: RefObject<HTMLElement | null>): void {
  const wasWriting = useRef(false)
  useEffect(() => {
    // Who left the field by going elsewhere stays there; and a dialog keeps the focus within by itself.
    if (wasWriting.current && !isWriting && document.activeElement === document.body && !place.current?.closest(DIALOG))
      place.current?.focus({ preventScroll: true })
    wasWriting.current = isWriting
  }, [isWriting, place])
}

const DIALOG = '[role=dialog]'
