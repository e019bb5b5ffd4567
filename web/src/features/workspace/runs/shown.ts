/** Which columns the list shows, and the question that fills them. Pure. */

import { andTexts } from '../../../data/filters'
import type { Column, Run } from '../../../data/project'
import { type ColumnChoice, FIELD_TITLES, keyTitle, queryOf, type RunSet, sortOf } from '../runSet'
import type { ListQuestion } from '../store'
import { isNumberKey } from './cells'

export type ChangeRunSet = (change: (set: RunSet) => RunSet, options?: { replace?: boolean }) => void

/** The key whose value the list shows by itself: what it is sorted by, else the first metric. */
export function mainKey(set: RunSet, firstMetric: string | undefined): string {
  const key = sortOf(set)[0]?.key ?? ''
  if (!(key in FIELD_TITLES) || key === 'duration_s' || key === 'last_step') return key
  return firstMetric === undefined ? '' : `summary.${firstMetric}`
}

/** What the wide table shows by itself, at most so many of each kind. */
const WIDE_MAX = 8

/** The columns after the name. A person's own choice stands as it is; else the main value and the age, and in a table what there
 * is room for: `keys` that differ between runs. */
export function shownColumns(
  set: RunSet,
  firstMetric: string | undefined,
  keys: readonly { key: string; section: string; isDistinct: boolean }[] = [],
): readonly ColumnChoice[] {
  if (set.columns) return set.columns
  const main = mainKey(set, firstMetric)
  const own = main ? [main] : []
  // Sorted by what was set, the list still says what came out.
  if (main.startsWith('config.') && firstMetric !== undefined) own.push(`summary.${firstMetric}`)
  if (set.is_table) {
    const differing = keys.filter(({ isDistinct }) => isDistinct)
    own.push(
      ...differing
        .filter(({ section }) => section !== 'config' && section !== 'run')
        .slice(0, WIDE_MAX)
        .map(({ key }) => key),
    )
    own.push(
      ...differing
        .filter(({ section }) => section === 'config')
        .slice(0, WIDE_MAX)
        .map(({ key }) => key),
    )
    own.push('tags', 'user', 'duration_s')
  }
  return [...new Set([...own, 'created_at'])].map(key => ({ key }))
}

/** The column that is compared with the baseline: the first of numbers that runs log or are given. */
export function comparedKey(columns: readonly ColumnChoice[]): string {
  const isLogged = ({ key }: ColumnChoice): boolean => /^(summary|metrics|derived)\./.test(key)
  return (columns.find(isLogged) ?? columns.find(({ key }) => !(key in FIELD_TITLES)))?.key ?? ''
}

/** `brushes`: conditions that panels add to the view's filter. */
export function questionOf(set: RunSet, columns: readonly ColumnChoice[], brushes = ''): ListQuestion {
  const keys = columns.map(({ key }) => key)
  if (set.colours?.by === 'value' && set.colours.key) keys.push(set.colours.key)
  const own = new Set(['id', 'name', 'state', 'tags', 'notes', 'user', 'group', 'job_type', 'ordinal'])
  // The baseline is the first of what is pinned. One of another project is asked for there.
  const pinned = [...(set.baseline && !set.baseline.includes('/') ? [set.baseline] : []), ...(set.pinned ?? [])]
  return {
    query: { ...queryOf(set), filter: andTexts(set.filter, brushes) },
    columns: [...new Set(keys)].filter(key => !own.has(key)),
    group: set.group ?? [],
    pinned: [...new Set(pinned)],
  }
}

export interface ShownColumn extends ColumnChoice {
  label: string
  isNumber: boolean
  widthPx: number
}

const WIDTHS_PX: Record<string, number> = {
  created_at: 50,
  tags: 130,
  notes: 180,
  user: 90,
  group: 100,
  job_type: 90,
  host: 110,
  program: 120,
  duration_s: 78,
  last_step: 66,
  state: 84,
  name: 140,
  id: 90,
}
const NUMBER_PX = 72
const TEXT_PX = 96
/** In the narrow list beside the panels. */
const NARROW_PX = 62

/** `numbers`: keys known to hold numbers by what runs have there. */
export function layColumns(
  columns: readonly ColumnChoice[],
  kinds: ReadonlyMap<string, readonly string[]>,
  isWide: boolean,
  numbers: readonly string[] = [],
): ShownColumn[] {
  return columns.map(column => {
    const isNumber = numbers.includes(column.key) || isNumberKey(column.key, kinds.get(column.key) ?? [])
    const label = column.title ?? keyTitle(column.key)
    const byKind = isNumber
      ? Math.max(isWide ? NUMBER_PX : NARROW_PX, Math.min(isWide ? 170 : 92, label.length * 6.6 + 20))
      : TEXT_PX
    const widthPx = column.width ?? WIDTHS_PX[column.key] ?? Math.min(byKind, 180)
    return { ...column, label, isNumber, widthPx }
  })
}

const LOOKED_AT = 50

/** Of the columns of config those that hold nothing but numbers, as far as the first runs tell: their kinds are not asked for. */
export function numberKeys(columns: readonly ColumnChoice[], runs: readonly Run[]): string[] {
  const few = runs.slice(0, LOOKED_AT)
  return columns
    .map(({ key }) => key)
    .filter(key => {
      if (!key.startsWith('config.')) return false
      const values = few.map(run => run.values?.[key]).filter(value => value !== undefined && value !== null)
      return values.length > 0 && values.every(value => typeof value === 'number')
    })
}

/** Key → kinds, from what the server says the project has. Summary values and metrics of a name are one. */
export function kindsOf(columns: readonly Column[]): ReadonlyMap<string, readonly string[]> {
  const kinds = new Map<string, readonly string[]>()
  for (const { key, section, kinds: own } of columns) {
    if (section === 'run') kinds.set(key, own)
    else if (section === 'config') kinds.set(fullKey(section, key), own)
    else if (section === 'summary') kinds.set(fullKey(section, key), own)
    else if (section === 'metric' && !kinds.has(`summary.${key}`)) kinds.set(`summary.${key}`, own)
  }
  return kinds
}

/** The key in the grammar of filters. */
export function fullKey(section: Column['section'], key: string): string {
  if (section === 'run') return key
  const prefix = section === 'config' ? 'config' : 'summary'
  return key.startsWith(`${prefix}.`) ? key : `${prefix}.${key}`
}
