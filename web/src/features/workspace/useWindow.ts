/** Which stretch of a long element is near what can be seen of it, in coarse steps so that scrolling renders little. */

import { type RefObject, useEffect, useState } from 'react'

const STEP_PX = 600
const AHEAD_PX = 900

export type Stretch = readonly [fromPx: number, toPx: number]

const NOWHERE: Stretch = [0, 0]

/** In pixels from the element's top; nothing until the scroller is known. */
export function useWindow(element: RefObject<HTMLElement | null>, scroller: Element | null, heightPx: number): Stretch {
  const [stretch, setStretch] = useState<Stretch>(NOWHERE)
  useEffect(() => {
    if (!scroller || !element.current) return
    const look = (): void => {
      const target = element.current
      if (!target) return
      const top = scroller.getBoundingClientRect().top - target.getBoundingClientRect().top
      const bottom = top + scroller.clientHeight
      const from = Math.max(0, Math.floor((top - AHEAD_PX) / STEP_PX) * STEP_PX)
      const to = Math.min(
        Math.ceil(heightPx / STEP_PX) * STEP_PX,
        Math.max(0, Math.ceil((bottom + AHEAD_PX) / STEP_PX) * STEP_PX),
      )
      const next: Stretch = to > from ? [from, to] : NOWHERE
      setStretch(now => (now[0] === next[0] && now[1] === next[1] ? now : next))
    }
    look()
    scroller.addEventListener('scroll', look, { passive: true })
    // What stands above may fold or grow and push this out of sight.
    const sizes = new ResizeObserver(look)
    sizes.observe(scroller)
    const content = scroller.querySelector('.sections')
    if (content) sizes.observe(content)
    return () => {
      scroller.removeEventListener('scroll', look)
      sizes.disconnect()
    }
  }, [element, scroller, heightPx])
  return stretch
}
