/**
 * Elements for the rows of a long list: rows that come into sight are drawn in the elements of those that went, so that scrolling
 * changes texts and builds nothing. At rest the elements stand in the order of their rows again, for who reads the page in order.
 */

import { useEffect, useState } from 'react'

export interface Slot {
  /** The element's; stays while the list does. */
  key: number
  /** The row it shows. */
  index: number
}

const REST_MS = 400

/** Slots for rows `first` to `last`, inclusive, that keep what stands already; the same array where nothing changes. */
export function fillSlots(slots: readonly Slot[], first: number, last: number): readonly Slot[] {
  const isWanted = (index: number): boolean => index >= first && index <= last
  const kept = new Set(slots.map(({ index }) => index).filter(isWanted))
  const length = Math.max(0, last - first + 1)
  if (kept.size === length && slots.length === length) return slots
  const missing = Array.from({ length }, (_, i) => first + i).filter(index => !kept.has(index))
  const filled: Slot[] = []
  for (const slot of slots) {
    const index = isWanted(slot.index) ? slot.index : missing.shift()
    if (index !== undefined) filled.push(index === slot.index ? slot : { key: slot.key, index })
  }
  let key = slots.reduce((most, slot) => Math.max(most, slot.key), -1)
  for (const index of missing) filled.push({ key: ++key, index })
  return filled
}

/** The same slots in the order of their rows. */
export function sortSlots(slots: readonly Slot[]): readonly Slot[] {
  const isSorted = slots.every(({ index }, i) => i === 0 || index > (slots[i - 1] as Slot).index)
  return isSorted ? slots : slots.toSorted((a, b) => a.index - b.index)
}

export function useSlots(first: number, last: number): readonly Slot[] {
  const [slots, setSlots] = useState<readonly Slot[]>([])
  const filled = fillSlots(slots, first, last)
  if (filled !== slots) setSlots(filled)
  useEffect(() => {
    const rest = setTimeout(() => setSlots(sortSlots), REST_MS)
    return () => clearTimeout(rest)
  }, [first, last])
  return filled
}
