/** What differs between two views, in words: for comparing with the saved one, for conflicts and for history. Pure. */

import { SMOOTHING_NAMES } from '../../panels/SettingsFields'
import type { PanelBase, Settings } from '../../panels/schema'
import { axisTitle } from '../../panels/context'
import type { Axis } from '../../data/metricStore'
import { plural } from '../../ui/format'
import { isRecord, isSame, modeOf, type SectionSpec, type ViewSpec } from './view'

export interface ChangeLine {
  what: string
  before: string
  after: string
}

const NOTHING = '–'

export function describeChanges(before: ViewSpec, after: ViewSpec): ChangeLine[] {
  const lines: ChangeLine[] = []
  const line = (what: string, was: string, is: string): void => {
    lines.push({ what, before: was, after: is })
  }
  if (modeOf(before) !== modeOf(after)) line('Workspace', modeOf(before), modeOf(after))
  for (const [name, title] of Object.entries(SETTING_TITLES) as [keyof Settings, string][]) {
    const [was, is] = [before.settings?.[name], after.settings?.[name]]
    if (!isSame(was, is)) line(title, settingText(name, was), settingText(name, is))
  }
  for (const [name, title] of Object.entries(RUN_TITLES)) {
    const [was, is] = [field(before.runs, name), field(after.runs, name)]
    if (!isSame(was, is)) line(title, valueText(was), valueText(is))
  }
  count(lines, 'Figures', before.kpis, after.kpis)
  const [own, ownNow] = [panelsIn(before.sections), panelsIn(after.sections)]
  if (!isSame(before.sections, after.sections)) described(lines, 'Manual sections', own, ownNow)
  const [was, is] = [before.automatic ?? {}, after.automatic ?? {}]
  if (!isSame(was.added, is.added)) described(lines, 'Sections of your own', panelsIn(was.added), panelsIn(is.added))
  if (!isSame(was.depth, is.depth)) line('Depth of sections', String(was.depth ?? 0), String(is.depth ?? 0))
  if (!isSame(was.folded, is.folded)) line('Folded sections', valueText(was.folded), valueText(is.folded))
  for (const [name, title] of [
    ['changed', 'Changed panels'],
    ['removed', 'Removed panels'],
    ['order', 'Sections in another order'],
    ['settings', 'Sections with own settings'],
  ] as const) {
    if (!isSame(was[name], is[name])) line(title, sizeText(was[name]), sizeText(is[name]))
  }
  const known = new Set(['format', 'page', 'mode', 'settings', 'runs', 'kpis', 'automatic', 'sections'])
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (!known.has(name) && !isSame(field(before, name), field(after, name)))
      line(name, 'something this version does not know', 'something else')
  }
  return lines
}

const SETTING_TITLES: Record<keyof Settings, string> = {
  x: 'X axis',
  x_scale: 'X scale',
  smoothing: 'Smoothing',
  is_raw_behind: 'Raw behind',
  outliers: 'Outliers',
  method: 'Points',
  buckets: 'Buckets',
  window: 'Stretch of x',
  bounds: 'Min and max',
  columns: 'Panels in a row',
  legend: 'Legend',
}

const RUN_TITLES = {
  filter: 'Filter',
  search: 'Run search',
  sort: 'Order of runs',
  group: 'Grouping',
  columns: 'Columns',
  derived: 'Derived columns',
  hide: 'Hidden runs',
  show: 'Drawn runs',
  drawn: 'How many runs are drawn',
  pinned: 'Pinned runs',
  baseline: 'Baseline',
  colours: 'Colours',
  density: 'Density',
  only_mine: 'Only mine',
} as const

function settingText(name: keyof Settings, value: unknown): string {
  if (value === undefined) return NOTHING
  if (name === 'x') return axisTitle(value as Axis)
  if (name === 'smoothing' && isRecord(value)) {
    const kind = (value.kind ?? 'time_ema') as keyof typeof SMOOTHING_NAMES
    return `${SMOOTHING_NAMES[kind] ?? kind} ${valueText(value.strength ?? 0)}`
  }
  return valueText(value)
}

function valueText(value: unknown): string {
  if (value === undefined || value === '' || value === null) return NOTHING
  if (value === true) return 'on'
  if (value === false) return 'off'
  if (Array.isArray(value)) {
    if (value.length === 0) return 'none'
    const keys = value.map(item => (isRecord(item) ? nameOf(item) : String(item)))
    return keys.length > 3 ? `${keys.slice(0, 3).join(', ')} and ${keys.length - 3} more` : keys.join(', ')
  }
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  return sizeText(value)
}

function nameOf(item: Record<string, unknown>): string {
  const name = item.key ?? item.name
  return typeof name === 'string' ? name : '…'
}

function sizeText(value: unknown): string {
  if (Array.isArray(value)) return String(value.length)
  return isRecord(value) ? String(Object.keys(value).length) : NOTHING
}

const field = (record: object | undefined, name: string): unknown =>
  (record as Record<string, unknown> | undefined)?.[name]

function panelsIn(sections: readonly SectionSpec[] | undefined): { sections: number; panels: number } {
  let [found, panels] = [0, 0]
  for (const section of sections ?? []) {
    const inner = panelsIn(section.sections)
    found += 1 + inner.sections
    panels += (section.panels?.length ?? 0) + inner.panels
  }
  return { sections: found, panels }
}

function described(
  lines: ChangeLine[],
  what: string,
  before: { sections: number; panels: number },
  after: { sections: number; panels: number },
): void {
  const text = ({ sections, panels }: typeof before): string =>
    sections === 0 ? NOTHING : `${plural(sections, 'section')}, ${plural(panels, 'panel')}`
  const isSameSize = before.sections === after.sections && before.panels === after.panels
  lines.push({ what, before: text(before), after: isSameSize ? 'arranged otherwise' : text(after) })
}

function count(
  lines: ChangeLine[],
  what: string,
  before: readonly PanelBase[] | undefined,
  after: readonly PanelBase[] | undefined,
): void {
  if (isSame(before, after)) return
  const [was, is] = [before?.length ?? 0, after?.length ?? 0]
  lines.push({ what, before: String(was), after: was === is ? 'others' : String(is) })
}
