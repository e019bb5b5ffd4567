/** What a workspace is, without React: the view as the address holds it, which runs are drawn, panels in sections. */

import type { Axis, Channel } from '../../data/metricStore'
import type { Column, Run, SortKey } from '../../data/project'
import type { DrawnRun, PanelSettings } from '../../panels/context'
import { automaticPanel, type LinePanel, lineTitle } from '../../panels/line/schema'

// ---- the view in the address

/** Everything a person arranges. Absent means the default, so that an untouched view has a short address. */
export interface WorkspaceView {
  x?: Axis
  smooth?: number
  /** Words to find runs by. */
  q?: string
  /** The filter's text form. */
  filter?: string
  /** A key of the filter grammar, with `-` before it when descending. */
  sort?: string
  /** Runs not drawn. Without meaning while `show` is there. */
  hide?: string[]
  /** Only these are drawn. */
  show?: string[]
  /** How many of the first runs are drawn. */
  drawn?: number
  /** Folded sections; absent: `system` alone. */
  folded?: string[]
  /** Panels with a logarithmic y axis. */
  log?: string[]
  /** Words to find panels by; a regular expression when `re`. */
  panels?: string
  re?: boolean
  /** The panel in full screen. */
  panel?: string
  /** `step:100:250`: an axis and a stretch of it. */
  zoom?: string
  /** The half that a phone shows. */
  half?: 'runs'
}

export const DRAWN_DEFAULT = 100
export const DRAWN_CHOICES = [10, 25, 50, 100, 250, 500] as const
export const SORT_DEFAULT = '-created_at'

const text = (value: unknown): string | undefined =>
  typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : undefined

const texts = (value: unknown): string[] | undefined => {
  if (!Array.isArray(value)) return undefined
  return value.map(text).filter(item => item !== undefined)
}

function isAxis(value: string): value is Axis {
  return (
    value === 'step' || value === 'relative' || value === 'time' || (value.startsWith('metric:') && value.length > 7)
  )
}

/** The view that an address's search parameters describe. What makes no sense is left out; nothing is an error. */
export function parseView(search: Record<string, unknown>): WorkspaceView {
  const view: WorkspaceView = {}
  const x = text(search.x)
  if (x !== undefined && x !== 'step' && isAxis(x)) view.x = x
  const smooth = Number(search.smooth)
  if (smooth > 0 && smooth < 1) view.smooth = smooth
  for (const name of ['q', 'filter', 'sort', 'panels', 'panel', 'zoom'] as const) {
    const value = text(search[name])
    if (value) view[name] = value
  }
  if (view.zoom && !parseZoom(view.zoom)) delete view.zoom
  for (const name of ['hide', 'show', 'folded', 'log'] as const) {
    const value = texts(search[name])
    if (value && (value.length > 0 || name === 'show' || name === 'folded')) view[name] = value
  }
  const drawn = Number(search.drawn)
  if (Number.isInteger(drawn) && drawn > 0 && drawn <= 1000 && drawn !== DRAWN_DEFAULT) view.drawn = drawn
  if (search.re === true) view.re = true
  if (search.half === 'runs') view.half = 'runs'
  return view
}

export function parseZoom(zoom: string | undefined): PanelSettings['zoom'] {
  const match = /^(.+):(-?[\d.e+-]+):(-?[\d.e+-]+)$/.exec(zoom ?? '')
  const [axis, from, to] = [match?.[1] ?? '', Number(match?.[2]), Number(match?.[3])]
  return isAxis(axis) && Number.isFinite(from) && Number.isFinite(to) && from < to ? { axis, from, to } : null
}

export function formatZoom({ axis, from, to }: NonNullable<PanelSettings['zoom']>): string {
  return `${axis}:${from}:${to}`
}

export function parseSort(sort: string | undefined): SortKey {
  const given = sort || SORT_DEFAULT
  return given.startsWith('-') ? { key: given.slice(1), descending: true } : { key: given, descending: false }
}

export function formatSort({ key, descending }: SortKey): string {
  return descending ? `-${key}` : key
}

/** What a sort key is called in a column's head. */
export function sortTitle(key: string): string {
  return RUN_FIELD_TITLES[key] ?? key.replace(/^(summary|config)\./, '')
}

export const RUN_FIELD_TITLES: Record<string, string> = {
  created_at: 'Age',
  name: 'Name',
  state: 'State',
  duration_s: 'Duration',
  last_step: 'Steps',
}

// ---- which runs are drawn

export function isHidden(view: WorkspaceView, run: string): boolean {
  return view.show ? !view.show.includes(run) : (view.hide?.includes(run) ?? false)
}

export function drawnLimit(view: WorkspaceView): number {
  return view.drawn ?? DRAWN_DEFAULT
}

/** The first runs of the list that are not hidden, at most as many as the view draws. */
export function drawnRuns(view: WorkspaceView, runs: readonly Run[]): DrawnRun[] {
  const most = view.show ? Math.max(drawnLimit(view), view.show.length) : drawnLimit(view)
  const drawn: DrawnRun[] = []
  for (const { id, name, ordinal, state } of runs) {
    if (drawn.length >= most) break
    if (!isHidden(view, id)) drawn.push({ id, name, ordinal, isLive: state === 'running' || state === 'preempting' })
  }
  return drawn
}

/** `before` if it says the same: what is equal must stay the same object, or every panel would work for nothing. */
export function sameRuns(before: readonly DrawnRun[], now: readonly DrawnRun[]): readonly DrawnRun[] {
  const isSame =
    before.length === now.length &&
    now.every((run, i) => {
      const other = before[i] as DrawnRun
      return (
        run.id === other.id && run.name === other.name && run.isLive === other.isLive && run.ordinal === other.ordinal
      )
    })
  return isSame ? before : now
}

// ---- panels in sections

export interface Section {
  name: string
  channel: Channel
  panels: LinePanel[]
}

export const SYSTEM = 'system'
/** Metrics without a prefix. */
export const PLAIN = 'Charts'

/** Value kinds that a line can draw. */
const NUMERIC = new Set(['f', 'i', 'b', 'float', 'int', 'bool', 'number'])

export function isNumeric(column: Column): boolean {
  return column.kinds.length === 0 || column.kinds.some(kind => NUMERIC.has(kind))
}

/** One line panel per metric, in sections by what stands before the first `/`; system metrics last, in their own. */
export function sectionsOf(columns: readonly Column[], log: readonly string[]): Section[] {
  const byName = new Map<string, Section>()
  for (const column of columns) {
    if ((column.section !== 'metric' && column.section !== 'system') || !isNumeric(column)) continue
    const channel: Channel = column.section === 'system' ? 'system' : 'history'
    const slash = column.key.indexOf('/')
    const name = channel === 'system' ? SYSTEM : slash > 0 ? column.key.slice(0, slash) : PLAIN
    // A metric may be called `system/…` too: its section is another one.
    const place = `${channel}\n${name}`
    let section = byName.get(place)
    if (!section) byName.set(place, (section = { name, channel, panels: [] }))
    const panel = automaticPanel(channel, column.key, false)
    section.panels.push(log.includes(panel.id) ? { ...panel, y_scale: 'log' } : panel)
  }
  const order = (section: Section): number => (section.channel === 'system' ? 2 : section.name === PLAIN ? 0 : 1)
  const sections = [...byName.values()].toSorted((a, b) => order(a) - order(b) || compareNames(a.name, b.name))
  for (const section of sections) section.panels.sort((a, b) => compareNames(lineTitle(a), lineTitle(b)))
  return sections
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })
/** `layer2` before `layer10`. */
export const compareNames = (a: string, b: string): number => collator.compare(a, b)

export function sectionId(section: Pick<Section, 'name' | 'channel'>): string {
  return section.channel === 'system' ? SYSTEM : section.name === SYSTEM ? 'metrics:system' : section.name
}

export function isFolded(view: WorkspaceView, section: Section, count: number): boolean {
  const id = sectionId(section)
  // A page whose only section is folded would look empty.
  return view.folded ? view.folded.includes(id) : id === SYSTEM && count > 1
}

export type PanelSearch = { matches: (title: string) => boolean } | { error: string }

/** Every word must occur; or a regular expression. */
export function panelSearch(words: string | undefined, isRegex: boolean): PanelSearch {
  if (!words) return { matches: () => true }
  if (!isRegex) {
    const parts = words.toLowerCase().split(/\s+/).filter(Boolean)
    return { matches: title => parts.every(part => title.toLowerCase().includes(part)) }
  }
  try {
    const pattern = new RegExp(words, 'iu')
    return { matches: title => pattern.test(title) }
  } catch (error) {
    return { error: (error as Error).message.replace(/^Invalid regular expression: /, '') }
  }
}

export function foundSections(sections: readonly Section[], search: PanelSearch): Section[] {
  if ('error' in search) return [...sections]
  return sections
    .map(section => ({ ...section, panels: section.panels.filter(panel => search.matches(lineTitle(panel))) }))
    .filter(section => section.panels.length > 0)
}

// ---- values in the list

/** The key whose value stands in the list's column: what the list is sorted by, else the first metric. */
export function valueKey(sort: SortKey, firstMetric: string | undefined): string {
  if (!(sort.key in RUN_FIELD_TITLES)) return sort.key
  if (sort.key === 'duration_s' || sort.key === 'last_step') return sort.key
  return firstMetric === undefined ? '' : `summary.${firstMetric}`
}

export function valueOf(run: Run, key: string): unknown {
  if (key === 'duration_s' || key === 'last_step') return run[key]
  return run.values?.[key]
}
