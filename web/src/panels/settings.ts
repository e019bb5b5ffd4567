/**
 * How lines are drawn, from the places that may say it: defaults ← view ← section (outermost first) ← panel. What a place leaves out
 * it inherits. Pure; `SettingsFields` shows the same with where each value comes from.
 */

import type { Axis } from '../data/metricStore'
import { type MetricAxes, NO_AXES } from './axes'
import type { PanelSettings } from './context'
import type { Settings, SmoothingKind } from './schema'

/** Who says a value. */
export type Origin = 'default' | 'definition' | 'workspace' | 'section' | 'panel'

export interface SettingsLayer {
  origin: Origin
  settings: Settings | undefined
}

export const SETTINGS_DEFAULTS: Required<Settings> = {
  x: 'step',
  x_scale: 'linear',
  smoothing: { kind: 'time_ema', strength: 0 },
  is_raw_behind: true,
  outliers: [0, 100],
  method: 'envelope',
  buckets: 0,
  window: [null, null],
  bounds: 'hover',
  columns: 0,
  legend: '',
}

export const SETTING_NAMES = Object.keys(SETTINGS_DEFAULTS) as (keyof Settings)[]

/** Kinds of smoothing whose strength is a weight in [0, 1); the others count points of the full data. */
export const WEIGHTED: ReadonlySet<SmoothingKind> = new Set(['time_ema', 'ema'])

export function mergeSettings(layers: readonly (Settings | undefined)[]): Required<Settings> {
  const merged: Record<string, unknown> = { ...SETTINGS_DEFAULTS }
  for (const layer of layers) {
    for (const name of SETTING_NAMES) if (layer?.[name] !== undefined) merged[name] = layer[name]
  }
  return merged as unknown as Required<Settings>
}

/** What panels get. `zoom`: where the page looks now, which no view remembers. `axes`: what runs define, for who chose no axis. */
export function resolveSettings(
  layers: readonly (Settings | undefined)[],
  zoom: PanelSettings['zoom'] = null,
  axes: MetricAxes = NO_AXES,
): PanelSettings {
  const { x, smoothing, ...rest } = mergeSettings(layers)
  const kind = smoothing.kind ?? 'time_ema'
  return {
    ...rest,
    axis: x,
    axes: layers.some(layer => layer?.x !== undefined) ? NO_AXES : axes,
    smoothing: kind === 'none' ? 0 : (smoothing.strength ?? 0),
    smoothing_kind: kind,
    zoom,
  }
}

/** Which place says each value. */
export function originsOf(layers: readonly SettingsLayer[]): Record<keyof Settings, Origin> {
  const origins = Object.fromEntries(SETTING_NAMES.map(name => [name, 'default'])) as Record<keyof Settings, Origin>
  for (const { origin, settings } of layers) {
    for (const name of SETTING_NAMES) if (settings?.[name] !== undefined) origins[name] = origin
  }
  return origins
}

/** `settings` with `changes`; what is undefined is inherited again. Undefined when nothing is left to say. */
export function withSettings(
  settings: Settings | undefined,
  changes: { [K in keyof Settings]?: Settings[K] | undefined },
): Settings | undefined {
  const next = Object.fromEntries(
    Object.entries({ ...settings, ...changes }).filter(([, value]) => value !== undefined),
  ) as Settings
  return Object.keys(next).length > 0 ? next : undefined
}

/** Whether `value` names an x axis: step, relative, time, `metric:NAME`, or an expression with `${}`. */
export function isAxisName(value: string): value is Axis {
  return (
    value === 'step' ||
    value === 'relative' ||
    value === 'time' ||
    (value.startsWith('metric:') && value.length > 7) ||
    value.includes('${')
  )
}
