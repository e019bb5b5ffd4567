import { useState } from 'react'

/**
 * What is typed into a field whose value is in the address. Back and forward change that from outside, and the field follows;
 * what comes back late from the field itself overwrites nothing that was typed since.
 */
export function useTypedSearch(value: string): [string, (typed: string) => void] {
  const [{ typed, seen, sent }, set] = useState({ typed: value, seen: value, sent: [] as readonly string[] })
  if (value !== seen) {
    const at = sent.lastIndexOf(value)
    set(at < 0 ? { typed: value, seen: value, sent: [] } : { typed, seen: value, sent: sent.slice(at + 1) })
  }
  return [typed, text => set(before => ({ ...before, typed: text, sent: [...before.sent, text] }))]
}
