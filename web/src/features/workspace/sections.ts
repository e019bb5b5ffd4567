/**
 * The panels of a page in sections, made of the view and of the metrics that the project has: the sections of a person's own first, then,
 * in the automatic workspace, a panel per metric by its name's prefix. Pure.
 */

import { folded, unaccented, wordsOf } from '../../ui/folding'
import type { Channel } from '../../data/metricStore'
import type { DefinedMetrics } from '../../data/definitions'
import type { Column } from '../../data/project'
import { automaticPanel } from '../../panels/line/schema'
import { mediaTypeOf, SPATIAL } from '../../panels/media/schema'
import type { MediaType } from '../../panels/media/values'
import { type Panel, titleOf } from '../../panels/registry'
import type { ChartPanel, MediaPanel, ScenePanel, Settings } from '../../panels/schema'
import { isRecord, modeOf, ownSections, type SectionSpec, type ViewSpec } from './view'

export interface BuiltSection {
  /** Of a person's own: its id in the view. Automatic: its prefix, or `system`. */
  id: string
  title: string
  isOwn: boolean
  /** 0 at the top. */
  depth: number
  isFolded: boolean
  /** What the section itself says. */
  settings: Settings | undefined
  /** What sections say, outermost first, this one last. */
  layers: readonly (Settings | undefined)[]
  panels: readonly Panel[]
  sections: readonly BuiltSection[]
  /** Panels here and below. */
  count: number
}

export interface Built {
  sections: readonly BuiltSection[]
  /** Every panel in reading order. */
  panels: readonly Panel[]
  /** The section in which each panel stands. */
  placeOf: ReadonlyMap<string, BuiltSection>
  byId: ReadonlyMap<string, Panel>
}

export const SYSTEM = 'system'
/** Panels of logged media, whatever their prefixes. */
export const MEDIA = 'media'
const MEDIA_TITLE = 'Media'
/** Metrics without a prefix. */
export const PLAIN = 'Charts'

/** Value kinds that a line can draw. */
const NUMERIC = new Set(['f', 'i', 'b', 'float', 'int', 'bool', 'number'])

export function isNumeric(column: Column): boolean {
  return column.kinds.length === 0 || column.kinds.some(kind => NUMERIC.has(kind))
}

/** A text whose plain order is the names' natural one: `layer2` before `layer10`. Collation of 10,000 names takes a second. */
const naturalKey = (name: string): string =>
  name.toLowerCase().replaceAll(/\d+/g, digits => digits.padStart(NUMBER_DIGITS, '0'))

const NUMBER_DIGITS = 12

function byName<T>(items: Iterable<T>, nameOf: (item: T) => string): T[] {
  return [...items]
    .map(item => [naturalKey(nameOf(item)), item] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, item]) => item)
}

// ---- a panel per metric

/** The columns without metrics that runs hide. */
export function shownOf(columns: readonly Column[], defined: DefinedMetrics | undefined): readonly Column[] {
  const isHidden = ({ section, key }: Column): boolean => section === 'metric' && defined?.get(key)?.hidden === true
  return columns.some(isHidden) ? columns.filter(column => !isHidden(column)) : columns
}

export interface MetricPanel {
  panel: Panel
  /** Of media: they stand in a section of their own. */
  channel: Channel | 'media'
  key: string
}

/** Every panel as it is read: the figures stand above the sections. */
export const panelsInOrder = (kpis: readonly Panel[] | undefined, built: Built): readonly Panel[] => [
  ...(kpis ?? []),
  ...built.panels,
]

/** The panels that metrics have by themselves, in the order of their names. Depends on nothing that a person arranges. */
export function metricPanels(columns: readonly Column[]): MetricPanel[] {
  const made: MetricPanel[] = []
  for (const column of columns) {
    const media = column.section === 'metric' ? mediaTypeOf(column) : null
    if (media !== null) made.push({ panel: mediaPanel(column.key, media), channel: 'media', key: column.key })
    if ((column.section !== 'metric' && column.section !== 'system') || !isNumeric(column)) continue
    const channel: Channel = column.section === 'system' ? 'system' : 'history'
    made.push({ panel: automaticPanel(channel, column.key, false), channel, key: column.key })
  }
  return byName(made, metric => metric.key)
}

/** The panel that shows a key's media best. */
function mediaPanel(key: string, type: MediaType): MediaPanel | ScenePanel | ChartPanel {
  const id = `media:${key}`
  if (SPATIAL.has(type)) return { kind: 'scene', id, key }
  return type === 'chart' ? { kind: 'chart', id, source: 'logged', key } : { kind: 'media', id, keys: [key] }
}

/** The prefixes that give a metric its sections, outermost first. */
export function prefixesOf(key: string, depth: number): string[] {
  const parts = key.split('/')
  // A name that begins or ends with a slash has no prefix there.
  if (parts.length < 2 || parts[0] === '') return []
  return parts.slice(0, Math.min(parts.length - 1, depth + 1))
}

/** The id of the automatic section of a prefix. A metric may be called `system/…` too: its section is another one. */
export function automaticId(channel: MetricPanel['channel'], prefixes: readonly string[]): string {
  if (channel !== 'history') return channel === 'media' ? MEDIA : SYSTEM
  const path = prefixes.join('/')
  if (path === '') return PLAIN
  return path === SYSTEM || path === PLAIN || path === MEDIA ? `metrics:${path}` : path
}

interface Growing {
  id: string
  title: string
  channel: MetricPanel['channel']
  panels: Panel[]
  sections: Map<string, Growing>
}

function automaticSections(spec: ViewSpec, metrics: readonly MetricPanel[]): BuiltSection[] {
  const { depth = 0, changed = {}, removed = [], order = {}, settings = {}, folded } = spec.automatic ?? {}
  const gone = new Set(removed)
  const roots = new Map<string, Growing>()
  for (const { panel, channel, key } of metrics) {
    if (gone.has(panel.id)) continue
    const prefixes = channel === 'history' ? prefixesOf(key, depth) : []
    let sections = roots
    let section: Growing | undefined
    for (let level = 0; level < Math.max(1, prefixes.length); level++) {
      const id = automaticId(channel, prefixes.slice(0, level + 1))
      section = sections.get(id)
      if (!section) {
        const own = channel === 'media' ? MEDIA_TITLE : SYSTEM
        const title = channel === 'history' ? (prefixes[level] ?? PLAIN) : own
        sections.set(id, (section = { id, title, channel, panels: [], sections: new Map() }))
      }
      sections = section.sections
    }
    section?.panels.push(overlaid(panel, changed[panel.id]))
  }
  const rank = ({ id, channel }: Growing): number => (channel === 'system' ? 2 : id === PLAIN ? 0 : 1)
  const build = (
    grown: Iterable<Growing>,
    level: number,
    above: readonly (Settings | undefined)[],
    count: number,
  ): BuiltSection[] =>
    byName(grown, section => section.title)
      .toSorted((a, b) => rank(a) - rank(b))
      .map(({ id, title, panels, sections }) => {
        const layers = [...above, settings[id]]
        const inner = build(sections.values(), level + 1, layers, 2)
        return {
          id,
          title,
          isOwn: false,
          depth: level,
          // A page whose only section is folded would look empty.
          isFolded: folded ? folded.includes(id) : id === SYSTEM && count > 1,
          settings: settings[id],
          layers,
          panels: ordered(panels, order[id]),
          sections: inner,
          count: panels.length + inner.reduce((sum, section) => sum + section.count, 0),
        }
      })
  return build(roots.values(), 0, [], roots.size + ownSections(spec).length)
}

/** One object per panel and change, so that what did not change stays the same and its picture stays untouched. */
const overlays = new WeakMap<object, { under: Panel; panel: Panel }>()

function overlaid(panel: Panel, fields: Record<string, unknown> | undefined): Panel {
  if (!isRecord(fields)) return panel
  const known = overlays.get(fields)
  if (known?.under === panel) return known.panel
  const made = { ...panel, ...fields, kind: panel.kind, id: panel.id }
  overlays.set(fields, { under: panel, panel: made })
  return made
}

/** `first`, as far as they are here, then the rest as they stand. */
function ordered(panels: readonly Panel[], first: readonly string[] | undefined): readonly Panel[] {
  if (!Array.isArray(first) || first.length === 0) return panels
  const byId = new Map(panels.map(panel => [panel.id, panel]))
  const begin = first.flatMap(id => byId.get(id) ?? [])
  const named = new Set(first)
  return [...begin, ...panels.filter(panel => !named.has(panel.id))]
}

// ---- a person's own sections

function builtSection(
  spec: SectionSpec,
  metrics: readonly MetricPanel[],
  depth: number,
  above: readonly (Settings | undefined)[],
): BuiltSection {
  const layers = [...above, spec.settings]
  const sections = (spec.sections ?? []).map(inner => builtSection(inner, metrics, depth + 1, layers))
  const panels = [...(spec.panels ?? []), ...patternPanels(spec, metrics)]
  return {
    id: spec.id,
    title: spec.title,
    isOwn: true,
    depth,
    isFolded: spec.is_folded ?? false,
    settings: spec.settings,
    layers,
    panels,
    sections,
    count: panels.length + sections.reduce((sum, section) => sum + section.count, 0),
  }
}

/** The id of the panel that a section's pattern makes of a metric. */
export const patternPanelId = (section: string, panel: string): string => `${section}:${panel}`

const made = new WeakMap<Panel, Map<string, Panel>>()

/** A panel per metric that the section's pattern matches; a pattern that is none makes none. */
function patternPanels(spec: SectionSpec, metrics: readonly MetricPanel[]): Panel[] {
  if (!spec.pattern) return []
  const pattern = patternOf(spec.pattern)
  if (!pattern) return []
  const gone = new Set(spec.removed)
  const kept = new Set((spec.panels ?? []).map(panel => panel.id))
  const panels: Panel[] = []
  for (const { panel, key } of metrics) {
    const id = patternPanelId(spec.id, panel.id)
    if (gone.has(id) || kept.has(id) || !pattern.test(key)) continue
    let known = made.get(panel)
    if (!known) made.set(panel, (known = new Map()))
    let copy = known.get(id)
    if (!copy) known.set(id, (copy = { ...panel, id }))
    panels.push(copy)
  }
  return panels
}

export function patternOf(text: string): RegExp | null {
  try {
    return new RegExp(text, 'u')
  } catch {
    return null
  }
}

// ---- the page

export function buildSections(spec: ViewSpec, metrics: readonly MetricPanel[]): Built {
  const own = ownSections(spec).map(section => builtSection(section, metrics, 0, []))
  return indexed(modeOf(spec) === 'manual' ? own : [...own, ...automaticSections(spec, metrics)])
}

function indexed(sections: readonly BuiltSection[]): Built {
  const panels: Panel[] = []
  const placeOf = new Map<string, BuiltSection>()
  const byId = new Map<string, Panel>()
  const walk = (list: readonly BuiltSection[]): void => {
    for (const section of list) {
      for (const panel of section.panels) {
        panels.push(panel)
        // Two panels of one id: the first is the one that addresses name.
        if (byId.has(panel.id)) continue
        byId.set(panel.id, panel)
        placeOf.set(panel.id, section)
      }
      walk(section.sections)
    }
  }
  walk(sections)
  return { sections, panels, placeOf, byId }
}

/** Every section with those inside, in reading order. */
export function flatSections(sections: readonly BuiltSection[]): BuiltSection[] {
  return sections.flatMap(section => [section, ...flatSections(section.sections)])
}

// ---- finding panels

export type PanelSearch = { matches: (title: string) => boolean } | { error: string }

/** Every word must occur, none that begins with `-` may; or a regular expression. */
export function panelSearch(words: string | undefined, isRegex: boolean): PanelSearch {
  if (!words) return { matches: () => true }
  if (!isRegex) {
    const parts = wordsOf(words)
    const wanted = parts.filter(part => part === '-' || !part.startsWith('-'))
    const unwanted = parts.filter(part => part !== '-' && part.startsWith('-')).map(part => part.slice(1))
    return {
      matches: title => {
        const text = folded(title)
        return wanted.every(part => text.includes(part)) && !unwanted.some(part => text.includes(part))
      },
    }
  }
  try {
    const pattern = new RegExp(unaccented(words), 'iu')
    return { matches: title => pattern.test(unaccented(title)) }
  } catch (error) {
    return { error: (error as Error).message.replace(/^Invalid regular expression: /, '') }
  }
}

export const FOUND = 'found'

/** The panels that a search finds, as a section of their own for as long as it lasts. */
export function foundSection(built: Built, search: PanelSearch): BuiltSection | null {
  if ('error' in search) return null
  const seen = new Set<string>()
  const panels = built.panels.filter(panel => {
    if (seen.has(panel.id) || !search.matches(titleOf(panel))) return false
    seen.add(panel.id)
    return true
  })
  return {
    id: FOUND,
    title: 'Found',
    isOwn: false,
    depth: 0,
    isFolded: false,
    settings: undefined,
    layers: [],
    panels,
    sections: [],
    count: panels.length,
  }
}
