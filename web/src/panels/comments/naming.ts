/** People who are named while somebody writes. */

import { folded } from '../../ui/folding'
import type { Person } from '../../data/mentions'

const OFFERS_MAX = 6
// As the server reads names: not within a word, so that an address of mail offers nobody.
const BEGUN = /(?:^|[^\w@./-])@([\w.-]{0,40})$/

/** The name that is begun at the caret; null: none. */
export function named(text: string, caret: number): { from: number; to: number; typed: string } | null {
  const typed = BEGUN.exec(text.slice(0, caret))?.[1]
  if (typed === undefined) return null
  return { from: caret - typed.length - 1, to: caret, typed }
}

/** Whom the letters may mean: those whose name begins so first. */
export function found(people: readonly Person[], typed: string): Person[] {
  const letters = folded(typed)
  const rank = ({ username, display_name: shown }: Person): number => {
    if (folded(username).startsWith(letters)) return 0
    if (
      folded(shown)
        .split(/\s+/)
        .some(word => word.startsWith(letters))
    )
      return 1
    return folded(username).includes(letters) ? 2 : 3
  }
  return people
    .filter(person => rank(person) < 3)
    .toSorted((a, b) => rank(a) - rank(b))
    .slice(0, OFFERS_MAX)
}
