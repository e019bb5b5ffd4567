/** A line panel as data: what it draws, not how. Pure. */

import { matching } from '../../data/keys'
import type { Channel } from '../../data/metricStore'
import type { Band, Grouping, LinePanel, PanelBase, Region, Scale, Y } from '../schema'

export type { LinePanel } from '../schema'

/** The panel a project shows for a metric before anybody arranged anything. */
export function automaticPanel(channel: Channel, key: string, isLog: boolean): LinePanel {
  return {
    kind: 'line',
    id: channel === 'system' ? `system:${key}` : key,
    ...(channel === 'system' ? { channel } : {}),
    y: [{ metric: key }],
    ...(isLog ? { y_scale: 'log' } : {}),
  }
}

export const channelOf = (panel: LinePanel): Channel => panel.channel ?? 'history'

/** The panel's first metric. */
export const metricOf = (panel: LinePanel): string => panel.y[0]?.metric ?? ''

export const isLogPanel = (panel: LinePanel): boolean => panel.y_scale === 'log'

/** The next scale that the L key takes. */
export const nextScale = (panel: LinePanel): Scale | undefined => (isLogPanel(panel) ? undefined : 'log')

/** What stands in the panel's head when nobody named it. */
export function lineTitle(panel: LinePanel): string {
  if (panel.title) return panel.title
  const [first, ...rest] = panel.y
  if (!first) return 'Line chart'
  const name = nameOf(first)
  return rest.length > 0 ? `${name} and ${rest.length} more` : name
}

export const nameOf = (y: Y): string => y.label || y.metric || y.expression || (y.pattern ? `/${y.pattern}/` : '')

// ---- what is drawn upwards

/** One key of series/query: a metric, or `=` and an expression. */
export interface DrawnKey {
  key: string
  label: string
  isRight: boolean
}

export interface DrawnKeys {
  keys: DrawnKey[]
  /** Patterns that do not read, with what is wrong. */
  faults: { pattern: string; error: string }[]
  /** Metrics that patterns find beyond those drawn. */
  leftOutCount: number
}

/** Metrics of one panel at most: more lines than that are no picture. */
export const KEYS_MAX = 100

/** The keys of `panel`, each once; patterns are looked up in `names`. */
export function keysOf(panel: LinePanel, names: readonly string[]): DrawnKeys {
  const found = new Map<string, DrawnKey>()
  const faults: DrawnKeys['faults'] = []
  const add = (key: string, label: string, y: Y): void => {
    if (!found.has(key)) found.set(key, { key, label, isRight: y.side === 'right' })
  }
  for (const y of panel.y) {
    if (y.metric) add(y.metric, y.label || y.metric, y)
    else if (y.expression) add(`=${y.expression}`, y.label || y.expression, y)
    else if (y.pattern) {
      try {
        for (const name of matching(names, y.pattern)) add(name, name, y)
      } catch (error) {
        faults.push({
          pattern: y.pattern,
          error: (error as Error).message.replace(/^Invalid regular expression: /, ''),
        })
      }
    }
  }
  const keys = [...found.values()]
  return { keys: keys.slice(0, KEYS_MAX), faults, leftOutCount: Math.max(0, keys.length - KEYS_MAX) }
}

export const hasPattern = (panel: LinePanel): boolean => panel.y.some(y => !y.metric && !y.expression && y.pattern)

/** The metrics that an expression names, with the place of each. */
export function keysIn(expression: string): { key: string; at: number }[] {
  return [...expression.matchAll(/\$\{([^}]*)\}/g)].map(found => ({ key: found[1] as string, at: found.index + 2 }))
}

// ---- grouping

export interface Groups {
  keys: string[]
  middle: NonNullable<Grouping['middle']>
  band: Band
  quantiles: [number, number]
  ended: 'drop' | 'hold'
  hasMembers: boolean
}

/** How runs become groups: as the panel says, else as the run list is grouped; null: they stay runs. */
export function groupsOf(panel: LinePanel, listKeys: readonly string[]): Groups | null {
  const { grouping, is_grouped: isGrouped } = panel
  const keys = grouping?.keys?.length ? grouping.keys : [...listKeys]
  if (isGrouped === false || keys.length === 0) return null
  return {
    keys,
    middle: grouping?.middle ?? 'mean',
    band: grouping?.band ?? 'std',
    quantiles: grouping?.quantiles ?? [0.1, 0.9],
    ended: grouping?.ended ?? 'drop',
    hasMembers: grouping?.has_members ?? false,
  }
}

/** A key as people call it: `config.encoder` is encoder. */
export const keyTitle = (key: string): string => key.replace(/^=/, '').replace(/^(config|summary)\./, '')

export const BAND_NAMES: Record<Band, string> = {
  none: '',
  minmax: 'min to max',
  std: '± std',
  stderr: '± std error',
  iqr: 'quartiles',
  quantile: 'quantiles',
  ci95_t: '± CI 95',
  ci95_bootstrap: 'CI 95, bootstrap',
}

/** `mean ± std by encoder`. */
export function groupsTitle({ keys, middle, band, quantiles }: Groups): string {
  const name = band === 'quantile' ? `${quantiles[0] * 100} to ${quantiles[1] * 100} %` : BAND_NAMES[band]
  const joined = name === '' ? middle : name.startsWith('±') ? `${middle} ${name}` : `${middle}, ${name},`
  return `${joined} by ${keys.map(keyTitle).join(', ')}`
}

/** The region of this id, if it is this panel's. */
export const regionIn = (panel: PanelBase, id: string): Region | null =>
  (panel.kind === 'line' ? (panel as LinePanel).regions : undefined)?.find(region => region.id === id) ?? null
