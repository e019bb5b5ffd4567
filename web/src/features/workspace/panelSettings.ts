/** What each panel is drawn with: the page's word, its sections' and its own. The same object while they say the same. */

import { definedAxis, type MetricAxes, NO_AXES } from '../../panels/axes'
import type { PanelSettings } from '../../panels/context'
import type { Axis } from '../../data/metricStore'
import type { Panel } from '../../panels/registry'
import type { Settings } from '../../panels/schema'
import { isAxisName, resolveSettings, type SettingsLayer } from '../../panels/settings'
import type { BuiltSection } from './sections'
import { isRecord } from './view'

/** A panel's own settings, of kinds that have any. */
export function ownSettings(panel: Panel): Settings | undefined {
  const { settings } = panel as { settings?: unknown }
  return isRecord(settings) ? settings : undefined
}

export function sectionSettings(
  page: Settings | undefined,
  section: Pick<BuiltSection, 'layers'>,
  zoom: PanelSettings['zoom'],
  axes: MetricAxes = NO_AXES,
): PanelSettings {
  return resolveSettings([page, ...section.layers].map(sane), zoom, axes)
}

/** What a panel inherits, place by place: for its drawer. `axis`: what its metrics are defined to stand over. */
export function inheritedLayers(
  page: Settings | undefined,
  section: BuiltSection | undefined,
  axis?: Axis,
): SettingsLayer[] {
  return [
    { origin: 'definition', settings: axis && { x: axis } },
    { origin: 'workspace', settings: sane(page) },
    ...(section?.layers ?? []).map(settings => ({ origin: 'section' as const, settings: sane(settings) })),
  ]
}

const resolved = new WeakMap<Panel, { from: PanelSettings; settings: PanelSettings }>()

/** `from`: what the section gives. */
export function panelSettings(panel: Panel, from: PanelSettings): PanelSettings {
  const own = sane(ownSettings(panel))
  const defined = definedAxis(panel, from.axes)
  if ((!own || Object.keys(own).length === 0) && defined === undefined) return from
  const known = resolved.get(panel)
  if (known?.from === from) return known.settings
  const { axis, axes: _, smoothing, smoothing_kind, zoom, ...rest } = from
  const settings = resolveSettings(
    [{ ...rest, x: defined ?? axis, smoothing: { kind: smoothing_kind, strength: smoothing } }, own],
    zoom,
  )
  resolved.set(panel, { from, settings })
  return settings
}

/** Without values that no version of this program wrote, so that panels may trust what they get. */
function sane(settings: Settings | undefined): Settings | undefined {
  if (!isRecord(settings)) return undefined
  const checks: Record<keyof Settings, (value: unknown) => boolean> = {
    x: value => typeof value === 'string' && isAxisName(value),
    x_scale: isText,
    smoothing: isRecord,
    is_raw_behind: isFlag,
    outliers: value => isPair(value) && value.every(edge => typeof edge === 'number' && edge >= 0 && edge <= 100),
    method: isText,
    buckets: isCount,
    window: value => isPair(value) && value.every(edge => edge === null || typeof edge === 'number'),
    bounds: isText,
    columns: isCount,
    legend: isText,
  }
  const bad = (Object.keys(settings) as (keyof Settings)[]).filter(
    name => settings[name] === null || (name in checks && !checks[name](settings[name])),
  )
  if (bad.length === 0) return settings
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !bad.includes(name as keyof Settings)))
}

const isText = (value: unknown): boolean => typeof value === 'string'
const isFlag = (value: unknown): boolean => typeof value === 'boolean'
const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0
const isPair = (value: unknown): value is unknown[] => Array.isArray(value) && value.length === 2
