/**
 * The view: everything a page shows and a person arranged, as one document. The names are the wire's (`assay.wire.messages.views`),
 * and what is absent has the default given there. Pure: `actions.ts` changes it, `address.ts` writes it into the address.
 *
 * Reading is tolerant: what this version does not know, be it a field, a kind of panel or a whole newer format, stays as it is, is
 * drawn as a notice and is saved again unchanged.
 */

import type { PanelBase, Settings } from '../../panels/schema'
import type { RunSet } from './runSet'

export const FORMAT = 1

export type Mode = 'automatic' | 'manual'

export type { Colouring, ColumnChoice, DerivedColumn, GroupKey, RunSet, SortKeySpec } from './runSet'

/** Panels under a heading. `pattern`: metrics whose names match have a panel each, new ones too, but for `removed`. */
export interface SectionSpec {
  id: string
  title: string
  is_folded?: boolean
  settings?: Settings
  panels?: PanelBase[]
  sections?: SectionSpec[]
  pattern?: string
  removed?: string[]
}

/** What a person changed of the workspace that makes a panel per metric by itself. */
export interface Automatic {
  /** How many `/` levels become sections beyond the first. */
  depth?: number
  /** Absent: `system` alone. */
  folded?: string[]
  /** Panel id → fields laid over the automatic panel. */
  changed?: Record<string, Record<string, unknown>>
  removed?: string[]
  /** Section → panels that come first, in this order; the others follow by name. */
  order?: Record<string, string[]>
  settings?: Record<string, Settings>
  /** Sections of a person's own, above the automatic ones. */
  added?: SectionSpec[]
}

export interface ViewSpec {
  format: number
  page?: 'workspace' | 'run'
  mode?: Mode
  settings?: Settings
  runs?: RunSet
  kpis?: PanelBase[]
  automatic?: Automatic
  sections?: SectionSpec[]
}

export const KPIS_MAX = 6

export const defaultView = (): ViewSpec => ({ format: FORMAT })

export const modeOf = (spec: ViewSpec): Mode => spec.mode ?? 'automatic'

/** The sections that a person made, of the workspace that is shown. */
export function ownSections(spec: ViewSpec): readonly SectionSpec[] {
  return (modeOf(spec) === 'manual' ? spec.sections : spec.automatic?.added) ?? []
}

export const isNewer = (spec: ViewSpec): boolean => spec.format > FORMAT

// ---- reading

/** A view from data of any origin. Never throws, and drops nothing but what has no meaning at all. */
export function readView(data: unknown): ViewSpec {
  if (!isRecord(data)) return defaultView()
  const spec: Record<string, unknown> = { ...data }
  spec.format = typeof data.format === 'number' ? data.format : FORMAT
  if (spec.mode !== 'manual' && spec.mode !== 'automatic') delete spec.mode
  keepRecord(spec, 'settings')
  if ('kpis' in spec) spec.kpis = readPanels(spec.kpis)
  if ('sections' in spec) spec.sections = readSections(spec.sections)
  if (keepRecord(spec, 'runs')) spec.runs = readRuns(spec.runs as Record<string, unknown>)
  if (keepRecord(spec, 'automatic')) spec.automatic = readAutomatic(spec.automatic as Record<string, unknown>)
  return spec as unknown as ViewSpec
}

function readAutomatic(data: Record<string, unknown>): Automatic {
  const automatic = { ...data }
  if (typeof automatic.depth !== 'number' || !(automatic.depth >= 0)) delete automatic.depth
  for (const name of ['folded', 'removed'] as const)
    if (name in automatic && !isTexts(automatic[name])) delete automatic[name]
  for (const name of ['changed', 'order', 'settings'] as const) keepRecord(automatic, name)
  if ('added' in automatic) automatic.added = readSections(automatic.added)
  return automatic
}

function readRuns(data: Record<string, unknown>): RunSet {
  const runs = { ...data }
  // The wire says "all but hide" with null.
  if (runs.show === null) delete runs.show
  for (const name of ['hide', 'show', 'pinned'] as const) if (name in runs && !isTexts(runs[name])) delete runs[name]
  for (const name of ['sort', 'group', 'columns'] as const) {
    if (name in runs && !(Array.isArray(runs[name]) && runs[name].every(item => isRecord(item) && isText(item.key))))
      delete runs[name]
  }
  for (const name of ['filter', 'search', 'baseline'] as const)
    if (name in runs && !isText(runs[name])) delete runs[name]
  for (const name of ['group_names', 'colours'] as const) keepRecord(runs, name)
  return runs
}

function readSections(data: unknown): SectionSpec[] {
  if (!Array.isArray(data)) return []
  const sections: SectionSpec[] = []
  for (const item of data) {
    if (!isRecord(item)) continue
    const section: Record<string, unknown> = { ...item }
    section.id = isText(item.id) && item.id !== '' ? item.id : `section-${sections.length + 1}`
    section.title = isText(item.title) ? item.title : ''
    keepRecord(section, 'settings')
    if ('panels' in section) section.panels = readPanels(section.panels)
    if ('sections' in section) section.sections = readSections(section.sections)
    if ('removed' in section && !isTexts(section.removed)) delete section.removed
    sections.push(section as unknown as SectionSpec)
  }
  return sections
}

/** Panels, each with an id of its own. One whose kind nobody knows is still a panel. */
function readPanels(data: unknown): PanelBase[] {
  if (!Array.isArray(data)) return []
  const ids = new Set<string>()
  return data.filter(isRecord).map((item, i) => {
    let id = isText(item.id) && item.id !== '' ? item.id : `panel-${i + 1}`
    while (ids.has(id)) id = `${id}-${i + 1}`
    ids.add(id)
    const panel: Record<string, unknown> = Object.assign({}, item, {
      id,
      kind: isText(item.kind) ? item.kind : 'unknown',
    })
    if ('layout' in panel && !isLayout(panel.layout)) delete panel.layout
    return panel as unknown as PanelBase
  })
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText)
const isLayout = (value: unknown): boolean =>
  isRecord(value) && ['x', 'y', 'w', 'h'].every(name => Number.isInteger(value[name]) && (value[name] as number) >= 0)

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function keepRecord(data: Record<string, unknown>, name: string): boolean {
  if (isRecord(data[name])) return true
  delete data[name]
  return false
}

// ---- differences

export type Patch = Record<string, unknown>

/**
 * What to lay over `base` to get `view`, as a JSON merge patch (RFC 7386): objects by field, everything else whole, null where a
 * field goes. Null: they say the same.
 */
export function diff(base: object, view: object): Patch | null {
  const before = base as Record<string, unknown>
  const after = view as Record<string, unknown>
  const patch: Patch = {}
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [was, is] = [before[name], after[name]]
    if (is === undefined) {
      if (was !== undefined) patch[name] = null
    } else if (isRecord(is) && isRecord(was)) {
      const inner = diff(was, is)
      if (inner) patch[name] = inner
    } else if (!isSame(was, is)) patch[name] = is
  }
  return Object.keys(patch).length > 0 ? patch : null
}

/** `base` with a patch of `diff` laid over it. */
export function applyPatch<T extends object>(base: T, patch: Patch | null): T {
  if (!patch) return base
  const next = { ...base } as Record<string, unknown>
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete next[name]
    else if (isRecord(value)) next[name] = applyPatch(isRecord(next[name]) ? next[name] : {}, value)
    else next[name] = value
  }
  return next as T
}

/** Whether two pieces of JSON are equal; the order of an object's fields does not count. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => isSame(item, b[i]))
  if (!isRecord(a) || !isRecord(b)) return false
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  for (const name of names) if (!isSame(a[name], b[name])) return false
  return true
}

// ---- ids

/** An id of its own among `taken`: short, because it may stand in an address. */
export function newId(taken: ReadonlySet<string>, prefix: string): string {
  for (let i = taken.size + 1; ; i++) {
    const id = `${prefix}${i.toString(36)}`
    if (!taken.has(id)) return id
  }
}

/** Every id of panels and sections that the view holds. */
export function takenIds(spec: ViewSpec): Set<string> {
  const ids = new Set<string>()
  const walk = (sections: readonly SectionSpec[] | undefined): void => {
    for (const section of sections ?? []) {
      ids.add(section.id)
      for (const panel of section.panels ?? []) ids.add(panel.id)
      walk(section.sections)
    }
  }
  walk(spec.sections)
  walk(spec.automatic?.added)
  for (const panel of spec.kpis ?? []) ids.add(panel.id)
  return ids
}
