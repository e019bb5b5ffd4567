import { type RefObject, useEffect, useRef } from 'react'

/** For tabs that scroll sideways on a phone: the open one is in sight, also when the tabs have grown to `length`. */
export function useTabInSight<T extends HTMLElement>(open: string, length: number): RefObject<T | null> {
  const tabs = useRef<T>(null)
  useEffect(() => {
    tabs.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [open, length])
  return tabs
}
