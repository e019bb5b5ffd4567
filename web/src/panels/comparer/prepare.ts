/** Runs side by side: every key of every section as a row, which of them differ, and from what. */

import { ExactInteger, textOf } from '../../data/exactIntegers'
import { folded, wordsOf } from '../../ui/folding'
import type { Cell } from '../files'
import { deltaText } from '../valueText'
import { SECTIONS, type SectionName } from './schema'

/** What the server answers about a run, as far as it is compared. */
export interface ComparedRun {
  id: string
  name: string
  ordinal: number
  state: string
  config?: Record<string, unknown>
  summary?: Record<string, unknown>
  environment?: Record<string, unknown>
}

/** Undefined: the run does not have it, which is not the same as an empty value. */
export type Value = Cell | undefined

export interface ComparedRow {
  section: SectionName
  key: string
  /** In the order of the runs. */
  values: readonly Value[]
  isDifferent: boolean
}

export type Line =
  | { kind: 'section'; section: SectionName; rowCount: number; differentCount: number }
  | { kind: 'row'; row: ComparedRow }

export interface CompareOptions {
  sections: readonly SectionName[]
  isDiffOnly: boolean
  search: string
}

const SYSTEM = new Set(['os', 'cpu', 'memory_bytes', 'gpu', 'disk', 'network'])

/** `{a: {b: 1}}` → `a.b`: 1. Lists stay whole, as JSON. */
export function flatten(data: Record<string, unknown>, prefix = ''): Map<string, Cell> {
  const found = new Map<string, Cell>()
  for (const [name, value] of Object.entries(data)) {
    const key = prefix === '' ? name : `${prefix}.${name}`
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0)
      for (const [inner, one] of flatten(value as Record<string, unknown>, key)) found.set(inner, one)
    else found.set(key, cellOf(value))
  }
  return found
}

function cellOf(value: unknown): Cell {
  if (typeof value === 'number' || value instanceof ExactInteger) return value
  return value === undefined ? 'null' : textOf(value)
}

export function sectionsOf({
  config = {},
  summary = {},
  environment = {},
}: ComparedRun): Record<SectionName, Map<string, Cell>> {
  const record = (value: unknown): Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
  const { packages, git, ...rest } = environment
  const entries = Object.entries(rest)
  return {
    config: flatten(config),
    summary: flatten(summary),
    environment: flatten(Object.fromEntries(entries.filter(([name]) => !SYSTEM.has(name)))),
    packages: flatten(record(packages)),
    git: flatten(record(git)),
    system: flatten(Object.fromEntries(entries.filter(([name]) => SYSTEM.has(name)))),
  }
}

export function compare(runs: readonly ComparedRun[], baseAt: number): ComparedRow[] {
  const all = runs.map(sectionsOf)
  const rows: ComparedRow[] = []
  for (const section of SECTIONS) {
    const keys = new Set<string>()
    for (const one of all) for (const key of one[section].keys()) keys.add(key)
    for (const key of [...keys].toSorted((a, b) => a.localeCompare(b, undefined, { numeric: true }))) {
      const values = all.map(one => one[section].get(key))
      const base = values[baseAt]
      rows.push({ section, key, values, isDifferent: values.some(value => !isSame(value, base)) })
    }
  }
  return rows
}

/** NaN is what it is; a text is never a number. */
export const isSame = (a: Value, b: Value): boolean =>
  a instanceof ExactInteger && b instanceof ExactInteger ? String(a) === String(b) : Object.is(a, b)

export const isNumber = (value: Value): boolean => typeof value === 'number' || value instanceof ExactInteger

/** How far a result is from the base's; null: it is the same, or no number. */
export function deltaOf({ section, values }: ComparedRow, at: number, baseAt: number): string | null {
  const [value, base] = [values[at], values[baseAt]]
  return section === 'summary' && !isSame(value, base) ? deltaText(value, base) : null
}

/** The lines to show: heads of sections that have any, then their rows. */
export function linesOf(rows: readonly ComparedRow[], { sections, isDiffOnly, search }: CompareOptions): Line[] {
  const words = wordsOf(search)
  const isFound = (row: ComparedRow): boolean =>
    words.every(
      word =>
        folded(row.key).includes(word) ||
        row.values.some(value => value !== undefined && folded(String(value)).includes(word)),
    )
  const lines: Line[] = []
  for (const section of sections) {
    const inSection = rows.filter(row => row.section === section)
    const shown = inSection.filter(row => (!isDiffOnly || row.isDifferent) && isFound(row))
    if (inSection.length === 0) continue
    const differentCount = inSection.filter(row => row.isDifferent).length
    lines.push({ kind: 'section', section, rowCount: inSection.length, differentCount })
    for (const row of shown) lines.push({ kind: 'row', row })
  }
  return lines
}
