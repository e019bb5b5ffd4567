/** A Vega-Lite chart as data: its slots, and the specification with them filled. Pure. */

import { keyTitle } from '../keys'
import type { ChartPanel } from '../schema'
import { presetName } from '../../data/presets'
import { presetOf } from './presets'

export const ROWS_MOST = 500

export const chartTitle = (panel: ChartPanel): string =>
  panel.title ||
  panel.strings?.title ||
  panel.key ||
  presetOf(panel.preset ?? '')?.label ||
  presetName(panel.preset ?? '')?.name ||
  'Custom chart'

/** What choosing another chart changes of a panel. */
export interface ChosenChart {
  preset: string | undefined
  spec: Record<string, unknown> | undefined
}

type Json = unknown

const SLOT = /\$\{(field|string):([^}]+)\}/g

export interface Slots {
  fields: string[]
  strings: string[]
}

/** The slots that a specification names, each once, in order. */
export function slotsOf(spec: Json): Slots {
  const [fields, strings] = [new Set<string>(), new Set<string>()]
  const walk = (value: Json): void => {
    if (typeof value === 'string')
      for (const [, of, name = ''] of value.matchAll(SLOT)) (of === 'field' ? fields : strings).add(name)
    else if (Array.isArray(value)) for (const one of value) walk(one)
    else if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) walk(one)
  }
  walk(spec)
  return { fields: [...fields], strings: [...strings] }
}

/** The specification of a panel or a logged chart: its own, else that of a preset of ours. Null: there is none, or it is a team's. */
export function specOf({ spec, preset }: { spec?: Json; preset?: string | undefined }): Record<string, unknown> | null {
  if (typeof spec === 'object' && spec !== null && Object.keys(spec).length > 0) return spec as Record<string, unknown>
  return preset ? (presetOf(preset)?.spec ?? null) : null
}

/**
 * The specification with its slots filled. A column is called by its slot, so that dots and brackets in names mean nothing; axes are
 * titled by the key. An encoding whose slot is empty is left out, as is an empty title.
 */
export function filled(
  spec: Record<string, unknown>,
  fields: Readonly<Record<string, string>>,
  strings: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const fill = (value: Json): Json => {
    if (typeof value === 'string')
      return value.replaceAll(SLOT, (_, of: string, name: string) =>
        of === 'field' ? columnOf(name) : (strings[name] ?? ''),
      )
    if (Array.isArray(value)) return value.map(fill)
    if (typeof value !== 'object' || value === null) return value
    const made: Record<string, Json> = {}
    for (const [key, one] of Object.entries(value)) {
      if (isEmptyEncoding(one, fields)) continue
      const next = fill(one)
      if (key === 'title' && next === '') continue
      made[key] = next
    }
    const slot = slotIn(value)
    if (slot !== null && fields[slot] && !('title' in made) && 'type' in made) made.title = keyTitle(fields[slot])
    return made
  }
  return fill(spec) as Record<string, unknown>
}

/** What a slot's column is called in the rows. */
export const columnOf = (slot: string): string => slot.replaceAll(/[^A-Za-z0-9_]/g, '_')

function slotIn(value: object): string | null {
  const { field } = value as { field?: unknown }
  return typeof field === 'string' ? (/^\$\{field:([^}]+)\}$/.exec(field)?.[1] ?? null) : null
}

function isEmptyEncoding(value: Json, fields: Readonly<Record<string, string>>): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const slot = slotIn(value)
  return slot !== null && !fields[slot]
}

export type Row = Record<string, string | number | boolean | null>

/** Rows of a logged table, `{"columns": […], "data": [[…], …]}`, with a column for each filled slot. */
export function rowsOfTable(table: unknown, fields: Readonly<Record<string, string>>, more: Row = {}): Row[] {
  const { columns, data } = (table ?? {}) as { columns?: unknown; data?: unknown }
  if (!Array.isArray(columns) || !Array.isArray(data)) throw new Error('The table has no columns and data')
  const places = Object.entries(fields).flatMap(([slot, name]) => {
    const at = columns.indexOf(name)
    return name === '' || at < 0 ? [] : [[columnOf(slot), at] as const]
  })
  return data.flatMap(line => {
    if (!Array.isArray(line)) return []
    const row: Row = { ...more }
    for (const [name, at] of places) row[name] = line[at] as Row[string]
    return [row]
  })
}

const COLOUR = 'colour'

/** Rows of several runs are told apart by colour, where a chart has a slot for it that nothing fills. */
export function byRun(
  slots: readonly string[],
  fields: Readonly<Record<string, string>>,
  rows: readonly Row[],
): { fields: Readonly<Record<string, string>>; rows: readonly Row[] } {
  const isFree = slots.includes(COLOUR) && !fields[COLOUR] && Object.values(fields).every(key => key !== 'run')
  if (!isFree || new Set(rows.map(row => row.run)).size < 2) return { fields, rows }
  return {
    fields: { ...fields, [COLOUR]: 'run' },
    rows: rows.map(row => Object.assign({}, row, { [columnOf(COLOUR)]: row.run ?? null })),
  }
}

/** Slots that must be filled and are not. */
export function missingSlots(slots: Slots, preset: string, fields: Readonly<Record<string, string>>): string[] {
  const optional = new Set(
    presetOf(preset)?.fields.flatMap(name => (name.endsWith('?') ? [name.slice(0, -1)] : [])) ?? [],
  )
  return slots.fields.filter(slot => !fields[slot] && !optional.has(slot))
}
