/** What stands in a cell: values as text, deltas against the baseline, the best of a column. Pure. */

import { formatAge, formatDigits, formatDuration, formatExact, formatPower, formatValue } from '../../../charts/number'
import type { DefinedMetrics } from '../../../data/definitions'
import { asNumber, difference, ExactInteger, wholeDifference } from '../../../data/exactIntegers'
import type { Run } from '../../../data/project'
import { RUN_FIELDS } from '../../../data/filters'
import { deltaText } from '../../../panels/valueText'
import { FIELD_TITLES } from '../runSet'

export type Goal = '' | 'minimize' | 'maximize'

const OWN = new Set(Object.keys(FIELD_TITLES))

/** The run's value of a key in the grammar of filters; undefined where it has none. */
export function valueOf(run: Run, key: string): unknown {
  if (OWN.has(key)) {
    const value = (run as unknown as Record<string, unknown>)[key]
    if (value !== undefined) return RUN_FIELDS[key] === 'time' && value === 0 ? undefined : value
  }
  return run.values?.[key]
}

/** Whether a column of this key is of numbers or times, as far as its name tells. */
export function isNumberKey(key: string, kinds: readonly string[] = []): boolean {
  const kind = RUN_FIELDS[key]
  if (kind) return kind === 'number' || kind === 'time'
  if (key.startsWith('metrics.') || key.startsWith('derived.')) return true
  return kinds.length > 0 && kinds.every(kind => ['f', 'i', 'float', 'int', 'number'].includes(kind))
}

/** Of digits and thin spaces between them. */
const SIGN_PX = 6.6
const CELL_PADDING_PX = 8

export interface CellText {
  text: string
  isNumber: boolean
}

/** `roomPx`: a large number that would be cut is a power of ten instead, for one without its end is another number. */
export function cellText(run: Run, key: string, now: number, roomPx = Number.POSITIVE_INFINITY): CellText {
  const value = valueOf(run, key)
  if (value === undefined || value === null) return { text: '', isNumber: false }
  if (key === 'created_at') {
    const endedAt = run.state === 'running' ? now : run.finished_at || run.heartbeat_at || run.created_at
    return { text: formatAge(Math.max(0, now - endedAt)), isNumber: true }
  }
  if (RUN_FIELDS[key] === 'time') {
    return { text: formatAge(Math.max(0, now - Number(value))), isNumber: true }
  }
  if (key === 'duration_s') return { text: formatDuration(Number(value)), isNumber: true }
  if (key === 'last_step' && value === -1) return { text: '', isNumber: true }
  if (typeof value === 'number') {
    const digits = run.digits?.[key]
    const text = digits === undefined ? formatValue(value) : formatDigits(digits)
    const isCut = Math.abs(value) >= 1e5 && text.length * SIGN_PX + CELL_PADDING_PX > roomPx
    return { text: isCut ? formatPower(value) : text, isNumber: true }
  }
  const text = typeof value === 'string' ? value : Array.isArray(value) ? value.map(textOf).join(', ') : textOf(value)
  return { text, isNumber: false }
}

/** Every digit, the whole time: what is told where a cell is pointed at. */
export function cellTitle(run: Run, key: string): string {
  const value = valueOf(run, key)
  if (value === undefined || value === null || (key === 'last_step' && value === -1)) return ''
  if (RUN_FIELDS[key] === 'time') return localTime(Number(value))
  if (key === 'duration_s') return `${Number(value)} s`
  const digits = run.digits?.[key]
  if (digits !== undefined) return formatDigits(digits)
  return typeof value === 'number' ? formatExact(value) : cellText(run, key, 0).text
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Made once: that costs more than telling a thousand times. */
let whole: Intl.DateTimeFormat | undefined

/** Full local time with its zone. */
export function localTime(seconds: number): string {
  whole ??= new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' })
  return whole.format(new Date(seconds * 1000))
}

/** What Ctrl C takes: all digits, times as ISO. */
export function copyValue(run: Run, key: string): string {
  const value = valueOf(run, key)
  if (value === undefined || value === null) return ''
  if (RUN_FIELDS[key] === 'time') return new Date(Number(value) * 1000).toISOString()
  return run.digits?.[key] ?? (Array.isArray(value) ? value.map(textOf).join(', ') : textOf(value))
}

/** The value to reckon with: long whole numbers with all their digits. */
export function exactOf(run: Run, key: string): unknown {
  const digits = run.digits?.[key]
  return digits === undefined ? valueOf(run, key) : new ExactInteger(digits)
}

// ---- against the baseline

export interface Delta {
  text: string
  /** By the metric's goal; empty where there is none. */
  verdict: '' | 'better' | 'worse'
}

export function deltaOf(value: unknown, base: unknown, goal: Goal): Delta | null {
  const apart = difference(value, base)
  if (!Number.isFinite(apart)) return null
  // The last digits of two alike numbers are noise of their subtraction; whole ones have none.
  const size = Math.max(Math.abs(Number(asNumber(value))), Math.abs(Number(asNumber(base))))
  const isNoise = wholeDifference(value, base) === null && Math.abs(apart) < size * 1e-12
  const verdict = isNoise || apart === 0 || goal === '' ? '' : apart < 0 === (goal === 'minimize') ? 'better' : 'worse'
  return { text: isNoise ? '0' : (deltaText(value, base) as string), verdict }
}

/** What a metric is wanted to be, from the definitions that its runs gave. */
export function goalOf(key: string, defined: DefinedMetrics | undefined): Goal {
  const metric = key.replace(/^metrics\.(.+)\.(?:last|min|max|mean|first|count)$/, '$1').replace(/^summary\./, '')
  const goal = defined?.get(metric)?.goal
  return goal === 'minimize' || goal === 'maximize' ? goal : ''
}

/** The best of the column by the goal; NaN without a goal or a number. */
export function bestOf(values: Iterable<unknown>, goal: Goal): number {
  let best = Number.NaN
  if (goal === '') return best
  for (const value of values) {
    if (typeof value !== 'number' || Number.isNaN(value)) continue
    if (Number.isNaN(best) || (goal === 'minimize' ? value < best : value > best)) best = value
  }
  return best
}

/** Count, mean, min, max, std of the numbers: what the foot says of the selection. */
export function aggregateOf(values: Iterable<unknown>): {
  count: number
  mean: number
  min: number
  max: number
  std: number
} | null {
  const numbers = [...values].filter((value): value is number => typeof value === 'number' && Number.isFinite(value))
  if (numbers.length === 0) return null
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length
  const square = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return {
    count: numbers.length,
    mean,
    min: numbers.reduce((low, value) => Math.min(low, value)),
    max: numbers.reduce((high, value) => Math.max(high, value)),
    std: numbers.length > 1 ? Math.sqrt(square / (numbers.length - 1)) : 0,
  }
}
