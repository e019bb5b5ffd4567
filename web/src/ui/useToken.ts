import { useCallback, useMemo, useSyncExternalStore } from 'react'

function subscribe(listener: () => void): () => void {
  // The only sizes that change while a page is open follow the pointer.
  const coarse = window.matchMedia('(pointer: coarse)')
  coarse.addEventListener('change', listener)
  return () => coarse.removeEventListener('change', listener)
}

/** A size token in pixels, such as `--row`; follows a change from mouse to touch. */
export function useToken(name: `--${string}`, fallbackPx: number): number {
  return useSyncExternalStore(subscribe, () => {
    const px = Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue(name))
    return Number.isFinite(px) ? px : fallbackPx
  })
}

/** Whether a media query holds, now and later. */
export function useMedia(query: string): boolean {
  // Asked for once: what renders with every frame of scrolling would parse the query each time.
  const list = useMemo(() => window.matchMedia(query), [query])
  const listen = useCallback(
    (listener: () => void) => {
      list.addEventListener('change', listener)
      return () => list.removeEventListener('change', listener)
    },
    [list],
  )
  return useSyncExternalStore(listen, () => list.matches)
}
