import { type RefObject, useLayoutEffect } from 'react'

/** For what fills the box that it is placed in: the keyboard and screen readers do not get to what lies under it there. */
export function useCover(cover: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const place = cover.current?.offsetParent
    if (!place) return
    const under: HTMLElement[] = []
    for (let at = cover.current; at && at !== place; at = at.parentElement)
      for (const beside of at.parentElement?.children ?? [])
        if (beside !== at && beside instanceof HTMLElement && !beside.inert) under.push(beside)
    for (const element of under) element.inert = true
    return () => {
      for (const element of under) element.inert = false
    }
  }, [cover])
}
