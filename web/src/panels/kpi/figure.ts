/** One figure out of the values of all runs. */

import { difference, type ExactInteger } from '../../data/exactIntegers'
import { exactAt, numbersFor, type RunValues } from '../runValues'
import type { Goal } from '../schema'
import { endOf, type KpiAggregate } from './schema'

export interface Figure {
  value: number
  /** The same with all its digits, where it is one run's. */
  exact: number | ExactInteger
  /** The run that holds it; null: it is of all. */
  holder: { id: string; name: string; ordinal: number } | null
  runCount: number
}

/** Null: no run has it. */
export function figureOf(values: RunValues, key: string, aggregate: KpiAggregate, goal: Goal): Figure | null {
  const numbers = numbersFor(values, key)
  if (!numbers) return null
  const rows = [...numbers.keys()].filter(row => Number.isFinite(numbers[row]))
  if (rows.length === 0) return null
  const held = (row: number): Figure => ({
    value: numbers[row] as number,
    exact: exactAt(values, key, row) as number | ExactInteger,
    holder: {
      id: values.ids[row] as string,
      name: values.names[row] as string,
      ordinal: values.ordinals[row] as number,
    },
    runCount: rows.length,
  })
  const end = endOf(aggregate, goal)
  if (end) {
    const sign = end === 'min' ? 1 : -1
    const isBefore = (a: number, b: number): boolean => {
      const [one, other] = [numbers[a] as number, numbers[b] as number]
      // Alike as doubles, they may differ in digits that those do not hold.
      return one === other
        ? sign * difference(exactAt(values, key, a), exactAt(values, key, b)) < 0
        : sign * one < sign * other
    }
    return held(rows.reduce((a, b) => (isBefore(b, a) ? b : a)))
  }
  if (aggregate === 'last')
    return held(rows.reduce((a, b) => ((values.ordinals[b] as number) > (values.ordinals[a] as number) ? b : a)))
  if (aggregate === 'count') return { value: rows.length, exact: rows.length, holder: null, runCount: rows.length }
  const mean = rows.reduce((sum, row) => sum + (numbers[row] as number) / rows.length, 0)
  return { value: mean, exact: mean, holder: null, runCount: rows.length }
}
