/** Edits of a view: document in, document out. Nothing is changed in place, and what an edit does not touch stays the same object. */

import type { Panel } from '../../panels/registry'
import type { Layout, PanelBase, Settings } from '../../panels/schema'
import { withSettings } from '../../panels/settings'
import { type Built, type BuiltSection, patternPanelId } from './sections'
import {
  type Automatic,
  isRecord,
  KPIS_MAX,
  type Mode,
  modeOf,
  newId,
  ownSections,
  type SectionSpec,
  takenIds,
  type ViewSpec,
} from './view'

export type SettingsChanges = { [K in keyof Settings]?: Settings[K] | undefined }

/** How far a change of a panel's settings reaches. */
export type Scope = 'panel' | 'section' | 'all'

/** Where panels go that have no section of their own yet. */
export const ADDED_TITLE = 'My panels'

// ---- the page

export function setMode(spec: ViewSpec, mode: Mode): ViewSpec {
  if (modeOf(spec) === mode) return spec
  return clean({ ...spec, mode: mode === 'automatic' ? undefined : mode })
}

/** The manual workspace begins as a copy of what is shown: nobody starts from an empty page against their will. */
export function startManual(spec: ViewSpec, built: Built): ViewSpec {
  const copy = (section: BuiltSection): SectionSpec =>
    clean({
      id: section.id,
      title: section.title,
      is_folded: section.isFolded || undefined,
      settings: section.settings,
      panels: [...section.panels],
      sections: section.sections.length > 0 ? section.sections.map(copy) : undefined,
    })
  return { ...setMode(spec, 'manual'), sections: built.sections.map(copy) }
}

export function setPageSettings(spec: ViewSpec, changes: SettingsChanges): ViewSpec {
  return clean({ ...spec, settings: withSettings(spec.settings, changes) })
}

export const resetPage = (spec: ViewSpec): ViewSpec => clean<ViewSpec>({ ...spec, settings: undefined })

export function setDepth(spec: ViewSpec, depth: number): ViewSpec {
  // Section ids are prefixes: which are folded means something else at another depth.
  return setAutomatic(spec, { depth: depth > 0 ? depth : undefined, folded: undefined })
}

function setAutomatic(spec: ViewSpec, changes: { [K in keyof Automatic]?: Automatic[K] | undefined }): ViewSpec {
  const automatic = clean({ ...spec.automatic, ...changes })
  return clean({ ...spec, automatic: Object.keys(automatic).length > 0 ? automatic : undefined })
}

// ---- sections

function setOwnSections(spec: ViewSpec, sections: readonly SectionSpec[]): ViewSpec {
  const own = sections.length > 0 ? [...sections] : undefined
  return modeOf(spec) === 'manual' ? clean({ ...spec, sections: own }) : setAutomatic(spec, { added: own })
}

/** Changes the section of that id, at any depth. Null takes it away. */
function changeSection(
  sections: readonly SectionSpec[],
  id: string,
  change: (section: SectionSpec) => SectionSpec | null,
): readonly SectionSpec[] {
  let isChanged = false
  const next = sections.flatMap(section => {
    if (section.id === id) {
      isChanged = true
      return change(section) ?? []
    }
    if (!section.sections) return section
    const inner = changeSection(section.sections, id, change)
    if (inner === section.sections) return section
    isChanged = true
    return clean({ ...section, sections: inner.length > 0 ? [...inner] : undefined })
  })
  return isChanged ? next : sections
}

function editSection(spec: ViewSpec, id: string, change: (section: SectionSpec) => SectionSpec | null): ViewSpec {
  const before = ownSections(spec)
  const after = changeSection(before, id, change)
  return after === before ? spec : setOwnSections(spec, after)
}

export function findSection(sections: readonly SectionSpec[], id: string): SectionSpec | null {
  for (const section of sections) {
    const found = section.id === id ? section : findSection(section.sections ?? [], id)
    if (found) return found
  }
  return null
}

/** Folds or opens a section. `sections`: all that the page shows, of which the automatic ones keep one list. */
export function foldSection(
  spec: ViewSpec,
  section: BuiltSection,
  isFolded: boolean,
  sections: readonly BuiltSection[],
): ViewSpec {
  if (section.isOwn) return editSection(spec, section.id, own => clean({ ...own, is_folded: isFolded || undefined }))
  const folded = new Set(
    spec.automatic?.folded ?? sections.filter(other => !other.isOwn && other.isFolded).map(other => other.id),
  )
  if (isFolded) folded.add(section.id)
  else folded.delete(section.id)
  return setAutomatic(spec, { folded: [...folded] })
}

export function foldAll(spec: ViewSpec, sections: readonly BuiltSection[], isFolded: boolean): ViewSpec {
  let next = spec
  for (const section of sections) next = foldSection(next, section, isFolded, sections)
  return next
}

/** A new section of a person's own, above the others or inside `parent`. Answers its id too. */
export function addSection(
  spec: ViewSpec,
  title: string,
  { parent, fields }: { parent?: string; fields?: Partial<SectionSpec> } = {},
): [ViewSpec, string] {
  const id = newId(takenIds(spec), 's~')
  const section: SectionSpec = { ...fields, id, title }
  if (parent !== undefined && findSection(ownSections(spec), parent)) {
    return [editSection(spec, parent, own => ({ ...own, sections: [...(own.sections ?? []), section] })), id]
  }
  return [setOwnSections(spec, [section, ...ownSections(spec)]), id]
}

export const renameSection = (spec: ViewSpec, id: string, title: string): ViewSpec =>
  editSection(spec, id, section => ({ ...section, title }))

export const removeSection = (spec: ViewSpec, id: string): ViewSpec => editSection(spec, id, () => null)

export const setSectionPattern = (spec: ViewSpec, id: string, pattern: string): ViewSpec =>
  editSection(spec, id, section => clean({ ...section, pattern: pattern || undefined }))

/** Puts a section before another of the same workspace, at that one's depth; null: last at the top. */
export function moveSection(spec: ViewSpec, id: string, before: string | null): ViewSpec {
  const own = ownSections(spec)
  const section = findSection(own, id)
  // Into itself it cannot go.
  if (!section || id === before || (before !== null && findSection(section.sections ?? [], before))) return spec
  const without = changeSection(own, id, () => null)
  if (before === null) return setOwnSections(spec, [...without, section])
  const insert = (list: readonly SectionSpec[]): readonly SectionSpec[] =>
    list.flatMap(other => {
      if (other.id === before) return [section, other]
      return other.sections ? [{ ...other, sections: [...insert(other.sections)] }] : [other]
    })
  return setOwnSections(spec, insert(without))
}

/** Up or down among its neighbours. */
export function shiftSection(spec: ViewSpec, id: string, by: -1 | 1): ViewSpec {
  const shift = (list: readonly SectionSpec[]): readonly SectionSpec[] => {
    const at = list.findIndex(section => section.id === id)
    if (at < 0) {
      return list.map(section => (section.sections ? { ...section, sections: [...shift(section.sections)] } : section))
    }
    const to = at + by
    if (to < 0 || to >= list.length) return list
    return list.toSpliced(at, 1).toSpliced(to, 0, list[at] as SectionSpec)
  }
  if (!findSection(ownSections(spec), id)) return spec
  return setOwnSections(spec, shift(ownSections(spec)))
}

export function setSectionSettings(spec: ViewSpec, section: BuiltSection, changes: SettingsChanges): ViewSpec {
  const settings = withSettings(section.settings, changes)
  if (section.isOwn) return editSection(spec, section.id, own => clean({ ...own, settings }))
  return setAutomatic(spec, { settings: withKey(spec.automatic?.settings, section.id, settings) })
}

// ---- panels

/** Changes a panel that stands in a person's own section, wherever that is. */
function editOwnPanel(spec: ViewSpec, id: string, change: (panel: PanelBase) => PanelBase | null): ViewSpec {
  const walk = (sections: readonly SectionSpec[]): readonly SectionSpec[] => {
    let isChanged = false
    const next = sections.map(section => {
      const panels = section.panels ?? []
      const at = panels.findIndex(panel => panel.id === id)
      if (at >= 0) {
        isChanged = true
        const panel = change(panels[at] as PanelBase)
        return { ...section, panels: panel ? panels.with(at, panel) : panels.toSpliced(at, 1) }
      }
      const inner = section.sections && walk(section.sections)
      if (inner === section.sections) return section
      isChanged = true
      return { ...section, sections: [...(inner ?? [])] }
    })
    return isChanged ? next : sections
  }
  const before = ownSections(spec)
  const after = walk(before)
  return after === before ? spec : setOwnSections(spec, after)
}

/** Lays fields over a panel. An undefined field goes, and with it what the panel said there. */
export function changePanel(
  spec: ViewSpec,
  built: Pick<Built, 'placeOf' | 'byId'>,
  id: string,
  fields: Record<string, unknown>,
): ViewSpec {
  if (spec.kpis?.some(kpi => kpi.id === id)) {
    return { ...spec, kpis: spec.kpis.map(kpi => (kpi.id === id ? laid(kpi, fields) : kpi)) }
  }
  const section = built.placeOf.get(id)
  if (section && !section.isOwn) {
    const changed = clean({ ...spec.automatic?.changed?.[id], ...fields })
    return setAutomatic(spec, {
      changed: withKey(spec.automatic?.changed, id, Object.keys(changed).length > 0 ? changed : undefined),
    })
  }
  const next = editOwnPanel(spec, id, panel => laid(panel, fields))
  const panel = built.byId.get(id)
  if (next !== spec || !section || !panel) return next
  // It was there by its section's pattern: now it is a panel of its own, in the same place.
  return editSection(spec, section.id, own => ({ ...own, panels: [...(own.panels ?? []), laid(panel, fields)] }))
}

function laid(panel: PanelBase, fields: Record<string, unknown>): PanelBase {
  return clean({ ...panel, ...fields, kind: panel.kind, id: panel.id })
}

export function removePanels(spec: ViewSpec, built: Pick<Built, 'placeOf'>, ids: readonly string[]): ViewSpec {
  let next = spec
  const gone: string[] = []
  for (const id of ids) {
    if (next.kpis?.some(kpi => kpi.id === id)) {
      next = removeKpi(next, id)
      continue
    }
    const section = built.placeOf.get(id)
    if (!section) continue
    if (!section.isOwn) gone.push(id)
    else {
      const without = editOwnPanel(next, id, () => null)
      next =
        without !== next && !id.startsWith(patternPanelId(section.id, ''))
          ? without
          : editSection(without, section.id, own => ({ ...own, removed: [...(own.removed ?? []), id] }))
    }
  }
  if (gone.length === 0) return next
  return setAutomatic(next, { removed: [...new Set([...(next.automatic?.removed ?? []), ...gone])] })
}

/** Brings every automatic panel back that was removed. */
export const restorePanels = (spec: ViewSpec): ViewSpec => setAutomatic(spec, { removed: undefined })

/** Copies of `panels` at the end of a person's own section, each with an id of its own. Answers the ids too. */
export function addPanels(spec: ViewSpec, section: string | null, panels: readonly Panel[]): [ViewSpec, string[]] {
  let next = spec
  let place = section !== null && findSection(ownSections(spec), section) ? section : null
  place ??= ownSections(spec)[0]?.id ?? null
  if (place === null) [next, place] = addSection(spec, ADDED_TITLE)
  const taken = takenIds(next)
  const ids: string[] = []
  const copies = panels.map(panel => {
    const id = newId(taken, 'p~')
    taken.add(id)
    ids.push(id)
    const { layout: _, ...rest } = panel
    return { ...rest, id }
  })
  next = editSection(next, place, own =>
    clean<SectionSpec>({ ...own, is_folded: undefined, panels: [...(own.panels ?? []), ...copies] }),
  )
  return [next, ids]
}

/** To another section of a person's own. */
export function movePanels(
  spec: ViewSpec,
  built: Pick<Built, 'placeOf' | 'byId'>,
  ids: readonly string[],
  section: string,
): ViewSpec {
  const panels = ids.filter(id => built.placeOf.get(id)?.id !== section).flatMap(id => built.byId.get(id) ?? [])
  if (panels.length === 0) return spec
  const without = removePanels(
    spec,
    built,
    panels.map(panel => panel.id),
  )
  return addPanels(without, section, panels)[0]
}

/** A copy beside the panel: behind it where it stands in a person's own section, else in the first of those. */
export function duplicatePanel(
  spec: ViewSpec,
  built: Pick<Built, 'placeOf' | 'byId'>,
  id: string,
): [ViewSpec, string[]] {
  const panel = built.byId.get(id)
  const section = built.placeOf.get(id)
  if (!panel || !section) return [spec, []]
  return addPanels(spec, section.isOwn ? section.id : null, [panel])
}

const COMPARED_TITLE = 'Compared runs'

/** A comparer of these runs: the one that compared others before, so that a page has one of it. Answers its id too. */
export function compareRuns(
  spec: ViewSpec,
  built: Pick<Built, 'placeOf' | 'byId'>,
  runs: readonly string[],
): [ViewSpec, string] {
  for (const [id, panel] of built.byId) {
    if (panel.kind === 'comparer' && panel.title === COMPARED_TITLE && built.placeOf.get(id)?.isOwn)
      return [changePanel(spec, built, id, { runs: [...runs], base: undefined }), id]
  }
  const panel = { id: '', kind: 'comparer', title: COMPARED_TITLE, runs: [...runs] } as Panel
  const [next, ids] = addPanels(spec, null, [panel])
  return [next, ids[0] as string]
}

// ---- places

/** Remembers how a section's panels stand: places in a person's own section, sizes and order in an automatic one. */
export function setPlaces(
  spec: ViewSpec,
  section: BuiltSection,
  placed: readonly ({ panel: Panel } & Layout)[],
): ViewSpec {
  const layouts = new Map(placed.map(({ panel, x, y, w, h }) => [panel.id, { x, y, w, h }]))
  if (section.isOwn) {
    return editSection(spec, section.id, own => {
      const known = new Set((own.panels ?? []).map(panel => panel.id))
      // Those that the section's pattern made are panels of their own from now on: they have a place.
      const grown = placed.map(item => item.panel).filter(panel => !known.has(panel.id))
      const panels = [...(own.panels ?? []), ...grown].map(panel => {
        const layout = layouts.get(panel.id)
        return layout ? Object.assign({}, panel, { layout }) : panel
      })
      return { ...own, panels }
    })
  }
  let changed = spec.automatic?.changed
  for (const { panel } of placed) {
    const before = section.panels.find(other => other.id === panel.id)
    if (panel.layout && panel.layout !== before?.layout)
      changed = withKey(changed, panel.id, { ...changed?.[panel.id], layout: panel.layout })
  }
  const now = placed.map(item => item.panel.id)
  const last = now.findLastIndex((id, i) => id !== section.panels[i]?.id)
  const before = spec.automatic?.order?.[section.id] ?? []
  const order = last < 0 ? before : now.slice(0, Math.max(last + 1, before.length))
  return setAutomatic(spec, {
    changed,
    order: withKey(spec.automatic?.order, section.id, order.length > 0 ? order : undefined),
  })
}

// ---- figures

export function addKpi(spec: ViewSpec, panel: Panel): ViewSpec {
  const kpis = spec.kpis ?? []
  if (kpis.length >= KPIS_MAX) return spec
  return { ...spec, kpis: [...kpis, { ...panel, id: newId(takenIds(spec), 'k~') }] }
}

export function removeKpi(spec: ViewSpec, id: string): ViewSpec {
  const kpis = (spec.kpis ?? []).filter(kpi => kpi.id !== id)
  return clean({ ...spec, kpis: kpis.length > 0 ? kpis : undefined })
}

export function moveKpi(spec: ViewSpec, id: string, by: -1 | 1): ViewSpec {
  const kpis = spec.kpis ?? []
  const at = kpis.findIndex(kpi => kpi.id === id)
  const to = at + by
  if (at < 0 || to < 0 || to >= kpis.length) return spec
  return { ...spec, kpis: kpis.toSpliced(at, 1).toSpliced(to, 0, kpis[at] as PanelBase) }
}

// ---- settings of panels

/** Fields that belong to one panel alone, whatever its settings are applied to. */
const OWN_FIELDS = new Set([
  'id',
  'kind',
  'title',
  'layout',
  'y',
  'metric',
  'value',
  'x',
  'target',
  'text',
  'axes',
  'regions',
  'styles',
  'runs',
  'channel',
])

/** Lays a change of one panel's settings over the panel, over its section or over the page. */
export function applyFields(
  spec: ViewSpec,
  built: Built,
  id: string,
  fields: Record<string, unknown>,
  scope: Scope,
): ViewSpec {
  const panel = built.byId.get(id)
  const section = built.placeOf.get(id)
  if (scope === 'panel' || !panel || !section) return changePanel(spec, built, id, fields)
  const { settings, ...others } = fields
  let next = spec
  if (isRecord(settings)) {
    // What the panel says already is handed on whole: its settings are given a wider reach.
    const changed = changesOf((panel as { settings?: Settings }).settings, settings)
    const changes = Object.keys(changed).length > 0 ? changed : (settings as SettingsChanges)
    next = scope === 'section' ? setSectionSettings(next, section, changes) : setPageSettings(next, changes)
    // What the panel said itself would hide the section's word.
    next = changePanel(next, built, id, { settings: withSettings(settings, undefinedOf(changes)) })
  }
  const shared = Object.entries(others).filter(([name]) => !OWN_FIELDS.has(name))
  const own = Object.entries(others).filter(([name]) => OWN_FIELDS.has(name))
  if (own.length > 0) next = changePanel(next, built, id, Object.fromEntries(own))
  if (shared.length === 0) return next
  const panels = scope === 'section' ? section.panels : built.panels
  for (const other of panels) {
    if (other.kind === panel.kind) next = changePanel(next, built, other.id, Object.fromEntries(shared))
  }
  return next
}

function changesOf(before: Settings | undefined, after: Settings): SettingsChanges {
  const changes: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(after))
    if (value !== before?.[name as keyof Settings]) changes[name] = value
  return changes
}

const undefinedOf = (changes: SettingsChanges): SettingsChanges =>
  Object.fromEntries(Object.keys(changes).map(name => [name, undefined]))

/** Takes back what a person set of the panel, of its section's settings or of the page's. */
export function resetSettings(spec: ViewSpec, built: Built, id: string, scope: Scope): ViewSpec {
  const section = built.placeOf.get(id)
  if (scope === 'all') return resetPage(spec)
  if (scope === 'section' && section) {
    if (section.isOwn) return editSection(spec, section.id, own => clean<SectionSpec>({ ...own, settings: undefined }))
    return setAutomatic(spec, { settings: withKey(spec.automatic?.settings, section.id, undefined) })
  }
  if (section && !section.isOwn) {
    const { layout } = spec.automatic?.changed?.[id] ?? {}
    return setAutomatic(spec, {
      changed: withKey(spec.automatic?.changed, id, layout === undefined ? undefined : { layout }),
    })
  }
  return changePanel(spec, built, id, { settings: undefined })
}

// ---- helpers

/** Without the fields that are undefined. */
function clean<T extends object>(data: { [K in keyof T]?: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined)) as T
}

/** `record` with `value` at `key`; undefined takes it away. Undefined when nothing is left. */
function withKey<V>(
  record: Record<string, V> | undefined,
  key: string,
  value: V | undefined,
): Record<string, V> | undefined {
  const next = { ...record }
  if (value === undefined) delete next[key]
  else next[key] = value
  return Object.keys(next).length > 0 ? next : undefined
}
