/**
 * Elements for the rows of a long list: rows that come into sight are drawn in the elements of those that went, so that scrolling
 * changes texts and builds nothing. At rest the elements stand in the order of their rows again, for who reads the page in order.
 */

import { useEffect, useState } from 'react'

export interface Slot {
  /** The element's. Of any `size` rows in a row, each has another. */
  key: number
  /** The row it shows. */
  index: number
}

const REST_MS = 400

/** Slots for rows `first` to `last`, inclusive and at most `size`, as the elements stood when `rest` was the first row. */
export function slotsOf(first: number, last: number, size: number, rest: number): Slot[] {
  const slots: Slot[] = []
  for (let i = 0; i < size; i++) {
    const key = (rest + i) % size
    const index = first + ((((key - first) % size) + size) % size)
    if (index <= last) slots.push({ key, index })
  }
  return slots
}

/** `size`: the most rows there are at once. */
export function useSlots(first: number, last: number, size: number): readonly Slot[] {
  const [rest, setRest] = useState(first)
  useEffect(() => {
    const timer = setTimeout(() => setRest(first), REST_MS)
    return () => clearTimeout(timer)
  }, [first])
  return slotsOf(first, last, size, rest)
}
